/**
 * Captures on this machine: the `stratoshark` command of this package, run as a process of its own, so that capturing
 * needs rights that the editor does not have, and an end of either leaves the other in order.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { ProblemError } from '../base/problem.ts';
import type { LiveInterface, LiveState, LiveStatus } from '../contract/live.ts';

/** The command line of this package: dist/cli.js, run by the Node that runs this. */
export interface LocalCommand {
  readonly script: string;
}

export interface LocalRequest {
  /** What is captured, for people: interfaces, or what was chosen in a cluster. */
  readonly source: string;
  /** Capture filter, '' for all. */
  readonly filter: string;
  /** Words for the command that say what is captured. */
  readonly words: readonly string[];
  /** Where packets go; the file is made readable for its owner only. */
  readonly file: string;
}

/** Interfaces of this machine. */
export function interfaceRequest(interfaces: readonly string[], filter: string): Omit<LocalRequest, 'file'> {
  return { source: interfaces.join(', '), filter, words: [...interfaces.flatMap((name) => ['-i', name]), ...(filter === '' ? [] : ['-f', filter])] };
}

/** Over which time packets per second are counted, milliseconds. */
const kRateSpan = 1000;
const kListTimeout = 10_000;

// Under desktop VS Code this process is Electron, which is Node when told so.
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, ELECTRON_RUN_AS_NODE: '1' });

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function ask({ script }: LocalCommand, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, ...args], { env: environment(), timeout: kListTimeout }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new ProblemError('internal', `The stratoshark command could not be run: ${error.message}.`));
      } else {
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr: sentenceOf(stderr) });
      }
    });
  });
}

/** What the command said, without its name before it. */
const sentenceOf = (stderr: string): string => stderr.trim().replace(/^stratoshark: /, '');

/** The machine's interfaces that can be captured on. */
export async function localInterfaces(command: LocalCommand): Promise<readonly LiveInterface[]> {
  const { status, stdout, stderr } = await ask(command, ['-D', '-T', 'json']);
  if (status !== 0) {
    throw new ProblemError('internal', stderr);
  }
  return (JSON.parse(stdout) as readonly LiveInterface[]).filter(({ supported }) => supported);
}

/** What is wrong with a capture filter, '' when nothing is. */
export async function captureFilterFault(command: LocalCommand, text: string): Promise<string> {
  if (text.trim() === '') {
    return '';
  }
  const { status, stderr } = await ask(command, ['filter', 'explain', '--capture', text]);
  return status === 0 ? '' : (stderr.split('\n')[0] ?? '');
}

export class LocalCapture implements Disposable {
  public readonly request: LocalRequest;
  /** Resolves when the file can be opened; rejects with a ProblemError when nothing could be captured. */
  public readonly started: Promise<void>;
  public readonly ended: Promise<void>;

  private readonly child: ChildProcess;
  private readonly changed = new Emitter<LiveState>();
  private recent: readonly LiveStatus[] = [];
  private stderr = '';

  public readonly onChanged = this.changed.event;

  public constructor({ script }: LocalCommand, request: LocalRequest) {
    this.request = request;
    const args = [script, ...request.words, '-w', request.file, '--supervised'];
    this.child = spawn(process.execPath, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
    // Standard input stays open as long as this host lives: its end ends the capture, however the host ends.
    this.child.stdin?.on('error', () => undefined);
    this.child.stderr?.on('data', (chunk: Buffer) => { this.stderr = (this.stderr + chunk.toString()).slice(-4000); });
    const exited = new Promise<void>((resolve) => {
      this.child.on('error', (error) => {
        this.stderr ||= `The stratoshark command could not be run: ${error.message}.`;
        resolve();
      });
      this.child.on('close', () => { resolve(); });
    });
    this.started = new Promise((resolve, reject) => {
      this.readStatus(resolve);
      void exited.then(() => { reject(new ProblemError('invalid', sentenceOf(this.stderr) || 'The capture ended before it began.')); });
    });
    this.ended = exited.then(() => { this.tellEnd(); });
    // Who waits for `started` hears of it; nobody has to.
    this.started.catch(() => undefined);
  }

  public get running(): boolean {
    return this.recent.at(-1)?.state === 'running';
  }

  /** Undefined before it has begun. */
  public get state(): LiveState | undefined {
    const status = this.recent.at(-1);
    const { source, filter } = this.request;
    return status === undefined ? undefined
      : { running: status.state === 'running', source, filter, packetsPerSecond: this.rate(), status };
  }

  /** Ends it: what was captured by now is still written. */
  public stop(): void {
    this.child.stdin?.end();
  }

  /** Leaves packets out for a while: of captures from a cluster. */
  public pause(on: boolean): void {
    this.child.stdin?.write(on ? 'pause\n' : 'resume\n');
  }

  public dispose(): void {
    this.stop();
    this.changed.dispose();
  }

  private readStatus(onFirst: () => void): void {
    let text = '';
    this.child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (text + chunk.toString()).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        this.take(JSON.parse(line) as LiveStatus);
      }
      onFirst();
    });
  }

  private take(status: LiveStatus): void {
    this.recent = [...this.recent.filter(({ milliseconds }) => milliseconds >= status.milliseconds - kRateSpan), status];
    this.tell();
  }

  /** A process that was killed says nothing of its end. */
  private tellEnd(): void {
    const last = this.recent.at(-1);
    if (last?.state === 'running') {
      this.take({ ...last, state: 'ended', reason: 'output', message: sentenceOf(this.stderr) || 'The capturing process was ended; what it wrote before is kept.' });
    }
  }

  private tell(): void {
    if (this.state !== undefined) {
      this.changed.fire(this.state);
    }
  }

  private rate(): number {
    const [first, last] = [this.recent[0], this.recent.at(-1)];
    const span = (last?.milliseconds ?? 0) - (first?.milliseconds ?? 0);
    return span <= 0 ? 0 : Math.round((((last?.packets ?? 0) - (first?.packets ?? 0)) * 1000) / span);
  }
}
