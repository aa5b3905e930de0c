/** Where the API server lists the pods of agents. */
import { apiPath } from '../cluster/resources.ts';

/** Path and query; more of the query may follow. */
export const agentPodsPath = (namespace: string): string => `${apiPath('pods', namespace)}?labelSelector=${encodeURIComponent('app=stratoshark')}`;
