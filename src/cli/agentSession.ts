/** A capture among those of its agent: written down for --stats, and held to what they may take together. */
import { Quota, type FolderLimit } from '../agent/quota.ts';
import { agentSessions, SessionRecord } from '../agent/sessions.ts';
import type { LiveStatus } from '../contract/live.ts';
import { CommandError, exit } from './exit.ts';
import type { LiveRequest } from './liveArguments.ts';
import { bytesOf } from './quantities.ts';

/** Between two looks at what all of them take, milliseconds. */
const kLook = 1000;
/** Of the process that captures for a framed session: memory that its others take, bytes. */
export const kServing = 'STRATOSHARK_SERVING_BYTES';
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
  /** What it asked for; many pods take more, each of their rings has a least size. */
  private readonly asked: number;
  private granted: number;
  private used = 0;
  private looked = 0;

  private constructor(folder: string, file: string, asked: number, serving: number) {
    this.record = new SessionRecord(folder, process.pid, serving);
    this.quota = new Quota({ folders: folderLimits(), sessions: () => agentSessions(folder).running });
    this.file = file;
    this.asked = this.granted = asked;
  }

  /** Throws CommandError where the agent has no room for it. */
  public static begin(folder: string, { live }: LiveRequest): AgentSession {
    const serving = Number(process.env[kServing] ?? '0') || 0;
    const session = new AgentSession(folder, live.output, live.bufferBytes, serving);
    // Written down first: of two that begin at once, each sees the other.
    session.record.reserve(live.bufferBytes, live.output);
    const refusal = session.quota.refusal(live.bufferBytes + serving, live.output);
    if (refusal === undefined) return session;
    session.end();
    throw new CommandError(refusal, exit.failure);
  }

  /** Takes memory for a ring, or gives it back (less than 0); why not where there is none. */
  public grow(bytes: number): string | undefined {
    const wanted = Math.max(this.asked, this.used + bytes);
    const refusal = wanted > this.granted ? this.quota.growth(wanted - this.granted) : undefined;
    if (refusal !== undefined) return refusal;
    this.used += bytes;
    if (wanted === this.granted) return undefined;
    this.granted = wanted;
    this.record.reserve(wanted, this.file);
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
