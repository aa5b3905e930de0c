/** A capture among those of its agent: written down for --stats, and held to what they may take together. */
import { Quota, type FolderLimit } from '../agent/quota.ts';
import { agentSessions, SessionRecord } from '../agent/sessions.ts';
import type { LiveStatus } from '../contract/live.ts';
import { CommandError, exit } from './exit.ts';
import type { LiveRequest } from './liveArguments.ts';
import { bytesOf } from './quantities.ts';

/** Between two looks at what all of them take, milliseconds. */
const kLook = 1000;
/** What the operator set, else nothing is limited: name of the variable, folder. */
const kFolders = [['STRATOSHARK_TMP_LIMIT', '/tmp'], ['STRATOSHARK_CAPTURES_LIMIT', process.env['STRATOSHARK_CAPTURES'] ?? '/var/log/captures']] as const;

function folderLimits(): readonly FolderLimit[] {
  return kFolders.flatMap(([name, folder]) => {
    const set = process.env[name];
    return set === undefined || set === '' ? [] : [{ folder, bytes: bytesOf(name, set) }];
  });
}

export class AgentSession {
  private readonly record: SessionRecord;
  private readonly quota: Quota;
  private readonly file: string;
  private buffers: number;
  private looked = 0;

  private constructor(folder: string, file: string, buffers: number) {
    this.record = new SessionRecord(folder);
    this.quota = new Quota({ folders: folderLimits(), sessions: () => agentSessions(folder).running });
    this.file = file;
    this.buffers = buffers;
  }

  /** Throws CommandError where the agent has no room for it. */
  public static begin(folder: string, { live, pods }: LiveRequest): AgentSession {
    // The rings of pods are counted as they are made.
    const buffers = pods === undefined ? live.bufferBytes : 0;
    const session = new AgentSession(folder, live.output, buffers);
    session.record.reserve(buffers, live.output);
    const refusal = session.quota.refusal(buffers, live.output);
    if (refusal === undefined) return session;
    session.end();
    throw new CommandError(refusal, exit.failure);
  }

  /** Takes memory for more buffers; why not where there is none. */
  public grow(bytes: number): string | undefined {
    const refusal = bytes <= 0 ? undefined : this.quota.growth(bytes);
    if (refusal !== undefined) return refusal;
    this.buffers += bytes;
    this.record.reserve(this.buffers, this.file);
    return undefined;
  }

  /** Why it has to end, if it has to. */
  public update(status: LiveStatus): string | undefined {
    this.record.update(status);
    if (status.state === 'ended' || Date.now() - this.looked < kLook) return undefined;
    this.looked = Date.now();
    return this.quota.excess(this.file);
  }

  /** It is over, or has never begun. */
  public end(): void {
    this.record.drop();
  }
}
