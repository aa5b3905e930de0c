/** The host's side of the policy worker: starts it, ends it when an answer takes too long, starts it anew. */
import { Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import { ProblemError } from '../base/problem.ts';
import { connect, type Connection } from '../base/rpc.ts';
import type { GivenCapture, GivenCluster, PolicyApi, PolicyApiEvents, PolicyFile, StateSource } from '../contract/policy.ts';
import type { Answer, Argument, MethodName, Problem, ReplyMessage } from '../contract/rpc.ts';

/** An answer that takes longer is not waited for: the text it is about is left out from then on. Milliseconds. */
const kTimeLimit = 20_000;
/** Memory of the worker beyond which it is ended, megabytes. */
const kMemoryLimit = 1500;

const kTooLong: Problem = {
  code: 'engineEnded',
  cause: 'The analysis of network policies took longer than 20 s, or more memory than it may, and was ended.',
  remedy: 'It goes on without the document it was about: make that one smaller, or use "stratoshark policy lint".',
};

interface Running {
  readonly worker: Worker;
  readonly connection: Connection<PolicyApi, PolicyApiEvents>;
}

export class PolicyClient implements Disposable {
  private readonly script: string;
  private readonly log: (line: string) => void;
  private readonly timeLimit: number;
  private running: Running | undefined;
  /** What the worker knows, for the next one. */
  private readonly files = new Map<string, PolicyFile>();
  /** Texts that a worker was ended over. */
  private readonly leftOut = new Map<string, string>();
  private readonly clusters = new Map<string, GivenCluster>();
  private readonly captures = new Map<string, GivenCapture>();
  private source: StateSource | undefined;
  private disposed = false;

  /** `script` is the absolute path of dist/policyWorker.js. */
  public constructor(script: string, log: (line: string) => void, timeLimit = kTimeLimit) {
    this.script = script;
    this.log = log;
    this.timeLimit = timeLimit;
  }

  /** Texts the worker is to know. */
  public async setFiles(files: readonly PolicyFile[]): Promise<void> {
    for (const file of files) {
      if (file.text === undefined) this.files.delete(file.uri);
      else this.files.set(file.uri, file);
      if (this.leftOut.get(file.uri) !== file.text) this.leftOut.delete(file.uri);
    }
    await this.call('setFiles', { files: files.filter(({ uri }) => !this.leftOut.has(uri)) });
  }

  public async setSource(source: StateSource): Promise<void> {
    this.source = source;
    await this.call('setSource', source);
  }

  public async setCluster(cluster: GivenCluster): Promise<void> {
    this.clusters.set(cluster.context, cluster);
    await this.call('setCluster', cluster);
  }

  public async setCapture(capture: GivenCapture): Promise<void> {
    this.captures.set(capture.uri, capture);
    await this.call('setCapture', capture);
  }

  public async removeCapture(uri: string): Promise<void> {
    this.captures.delete(uri);
    await this.call('removeCapture', { uri });
  }

  /** Whether the analysis was ended over the document's present text. */
  public isLeftOut(uri: string): boolean {
    return this.leftOut.has(uri);
  }

  /** `about`: the document that is left out where the answer takes too long. */
  public async call<K extends MethodName<PolicyApi>>(method: K, argument: Argument<PolicyApi, K>, about?: string): Promise<Answer<PolicyApi, K>> {
    if (this.disposed) throw new ProblemError('cancelled', 'The extension is ending.');
    const running = this.running ?? this.start();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.end(running, about);
        reject(new ProblemError(kTooLong.code, kTooLong.cause, kTooLong.remedy));
      }, this.timeLimit);
    });
    try {
      return await Promise.race([running.connection.api[method](argument), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  public dispose(): void {
    this.disposed = true;
    void this.running?.worker.terminate();
    this.running?.connection.dispose();
    this.running = undefined;
  }

  private start(): Running {
    const worker = new Worker(this.script, { resourceLimits: { maxOldGenerationSizeMb: kMemoryLimit }, stdout: false, stderr: false });
    const connection = connect<PolicyApi, PolicyApiEvents>({
      send: (message) => { worker.postMessage(message); },
      onMessage: (receive) => { worker.on('message', (message: ReplyMessage<PolicyApiEvents>) => { receive(message); }); },
    });
    const running = { worker, connection };
    worker.on('error', (error: Error) => {
      this.log(`policy worker: ${error.message}`);
      this.end(running, undefined);
    });
    this.running = running;
    if (this.source !== undefined) void connection.api.setSource(this.source).catch(() => undefined);
    for (const cluster of this.clusters.values()) void connection.api.setCluster(cluster).catch(() => undefined);
    const files = [...this.files.values()].filter(({ uri }) => !this.leftOut.has(uri));
    if (files.length > 0) void connection.api.setFiles({ files }).catch(() => undefined);
    for (const capture of this.captures.values()) void connection.api.setCapture(capture).catch(() => undefined);
    return running;
  }

  private end(running: Running, about: string | undefined): void {
    if (this.running !== running) return;
    this.log(`policy worker ended${about === undefined ? '' : ` over ${about}`}`);
    const text = about === undefined ? undefined : this.files.get(about)?.text;
    if (about !== undefined && text !== undefined) this.leftOut.set(about, text);
    this.running = undefined;
    void running.worker.terminate();
    running.connection.close(kTooLong);
  }
}
