/** Before the first end-to-end test: one server for all of them. */
import { type TestProject } from 'vitest/node';
import { startTestServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    url: string;
    profile: string;
    folder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer(process.env['STRATOSHARK_VSIX'] === '' ? undefined : process.env['STRATOSHARK_VSIX']);
  project.provide('url', server.url);
  project.provide('profile', server.profile);
  project.provide('folder', server.folder);
  return () => server.stop();
}
