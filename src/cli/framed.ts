/**
 * `stratoshark capture … --framed` in an agent: the exec'd process passes frames between its standard streams and a session
 * of its own process, which outlives it for a while, so that a cut connection costs no packets.
 */
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { FramedSession } from '../agent/framedSession.ts';
import { framedBytes } from '../agent/quota.ts';
import { sessionFolder } from '../agent/sessions.ts';
import { jsonFrame } from '../capture/frames.ts';
import { FrameKind, type EndFrame } from '../contract/agent.ts';
import type { LiveStatus } from '../contract/live.ts';
import type { Native } from '../engine/native.d.ts';
import { kServing } from './agentSession.ts';
import { CommandError, exit } from './exit.ts';
import { parseCapture, type LiveRequest } from './liveArguments.ts';
import { bytesOf } from './quantities.ts';

const kSpool = 32 * 1024 ** 2;
/** The first line on the socket: which namespace the user is held to. */
const kMostLine = 1000;

const isAgent = (): boolean => sessionFolder() !== undefined;
const folder = (): string => join(sessionFolder() ?? '/tmp/.stratoshark', 'framed');
const socketOf = (id: string): string => join(folder(), `${id}.sock`);
const boundTo = (namespace: string | undefined): string => JSON.stringify({ namespace: namespace ?? '' });

/** How many sessions there are. */
export function runningSessions(): number {
  try {
    return readdirSync(folder()).length;
  } catch {
    return 0;
  }
}

function spoolBytes(): number {
  const set = process.env['STRATOSHARK_SPOOL_SIZE'];
  return set === undefined || set === '' ? kSpool : bytesOf('STRATOSHARK_SPOOL_SIZE', set);
}

/** What the exec runs: begins a session or finds the one to resume, then passes bytes until either side ends. Exit status. */
export async function framedCapture({ framed, pods }: LiveRequest, argv: readonly string[]): Promise<number> {
  const id = framed?.resume ?? randomBytes(16).toString('hex');
  if (framed?.resume === undefined) await begin(id, argv);
  let socket: Socket;
  try {
    socket = await reach(id);
  } catch {
    return sayEnd({ status: exit.failure, reason: 'gone', message: 'The agent has ended that session: nobody was connected for too long, or it was started anew.' });
  }
  socket.write(`${boundTo(pods?.namespace)}\n`);
  process.stdin.on('error', () => { socket.end(); });
  process.stdout.on('error', () => { socket.destroy(); });
  await new Promise<void>((resolve) => {
    socket.on('error', () => undefined).on('close', () => { resolve(); });
    process.stdin.pipe(socket);
    socket.pipe(process.stdout, { end: false });
  });
  process.stdin.destroy();
  return exit.ok;
}

function sayEnd(end: EndFrame): Promise<number> {
  return new Promise((resolve) => { process.stdout.write(jsonFrame(FrameKind.end, 0, end), () => { resolve(end.status); }); });
}

/** Starts the process of a session and waits until it listens. */
async function begin(id: string, argv: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'session', id, ...argv], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.stdout.once('data', () => { resolve(); });
    child.once('close', () => { reject(new CommandError('The session could not be begun in the agent.')); });
  });
  child.removeAllListeners('close');
  child.stdout.destroy();
  child.unref();
}

const reach = (id: string): Promise<Socket> => new Promise((resolve, reject) => {
  const socket = connect(socketOf(id));
  socket.once('connect', () => { resolve(socket); }).once('error', reject);
});

/** `session ID …`, with the words that came after `capture`: the process of a session. Ends by itself. */
export async function sessionCommand(native: Native, [id = '', ...argv]: readonly string[]): Promise<number> {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new CommandError('A session is begun by capture --framed.', exit.usage);
  const { pods } = parseCapture(argv, isAgent());
  const capturing = fork(process.argv[1] ?? '', ['capture', '--supervised', '--output', '-', ...argv.filter((word) => word !== '--framed')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [], env: { ...process.env, [kServing]: String(framedBytes(spoolBytes())) },
  });
  const { stdout, stderr } = capturing;
  if (stdout === null || stderr === null) throw new CommandError('The capturing process has no output.');
  // A second signal would end it at once.
  let asked = false;
  const stop = (): void => {
    if (!asked) capturing.kill('SIGTERM');
    asked = true;
  };
  await new Promise<void>((resolve, reject) => {
    const session = new FramedSession({
      hello: { version: native.version(), session: id, node: process.env['NODE_NAME'] ?? '', ...(pods?.namespace === undefined ? {} : { namespace: pods.namespace }) },
      spoolBytes: spoolBytes(),
      capturing: {
        take: (yes) => { if (yes) stdout.resume(); else stdout.pause(); },
        stop,
      },
      onOver: () => {
        stop();
        resolve();
      },
    });
    stdout.on('data', (chunk: Buffer) => { session.packets(chunk); });
    capturing.on('message', (status) => { session.progress(status as LiveStatus); });
    let last = '';
    eachLine(stderr, (line) => {
      last = line.replace(/^stratoshark: /, '');
      session.note(last);
    });
    capturing.on('error', reject);
    capturing.on('close', (code, signal) => {
      const status = code ?? exit.failure;
      session.finish({
        status, reason: status === exit.ok ? 'ended' : 'refused',
        ...(status === exit.ok ? {} : { message: last === '' ? `The capturing process was ended (${signal ?? String(status)}).` : last }),
      });
    });
    serve(id, boundTo(pods?.namespace), session, reject);
  });
  rmSync(socketOf(id), { force: true });
  process.exit(exit.ok);
}

function serve(id: string, bound: string, session: FramedSession, fail: (error: Error) => void): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  // The socket's mode is that of the process: nobody but this user.
  process.umask(0o177);
  createServer((socket) => { greet(socket, bound, session); }).on('error', fail).listen(socketOf(id), () => { process.stdout.write('ready\n'); });
}

/** Takes a connection whose first line names the namespace the session is bound to. */
function greet(socket: Socket, bound: string, session: FramedSession): void {
  let head: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\n');
    if (end < 0 && head.length < kMostLine) return;
    socket.off('data', onData);
    if (head.subarray(0, Math.max(0, end)).toString() !== bound) {
      const refused: EndFrame = { status: exit.usage, reason: 'refused', message: 'That session is of another namespace.' };
      socket.end(jsonFrame(FrameKind.end, 0, refused));
      return;
    }
    session.attach(socket);
    const rest = head.subarray(end + 1);
    if (rest.length > 0) socket.emit('data', rest);
  };
  socket.on('data', onData);
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') take(line);
  });
}
