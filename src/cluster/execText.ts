/** Runs a command in a pod and answers what it prints: for short questions to an agent. */
import { Writable } from 'node:stream';
import { Exec, type V1Status } from '@kubernetes/client-node';
import { ClusterError, loadKubeconfig } from './apiClient.ts';
import { statusOfRefusal } from './execRefusal.ts';

export interface Question {
  /** Of the kubeconfig; '' is $KUBECONFIG, else ~/.kube/config. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Words, never a shell's line. */
  readonly command: readonly string[];
}

/** Longest answer, bytes, and longest wait for it, milliseconds. */
const kMost = 1024 * 1024;
const kWait = 20_000;

/** Standard output, where the command ends well. Throws ClusterError. */
export async function execText({ kubeconfig, context, namespace, pod, container, command }: Question): Promise<string> {
  const config = loadKubeconfig(kubeconfig);
  config.setCurrentContext(context);
  const kept = { out: '', err: '' };
  const into = (which: 'out' | 'err'): Writable => new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (kept[which].length < kMost) kept[which] += chunk.toString();
      done();
    },
  });
  const whole = `${command.join(' ')} in ${namespace}/${pod}`;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<V1Status>((resolve, reject) => {
    timer = setTimeout(() => { reject(new ClusterError(`${whole} has not answered for ${kWait / 1000} s: look whether the pod is well.`)); }, kWait);
    new Exec(config).exec(namespace, pod, container, [...command], into('out'), into('err'), null, false, resolve).catch((thrown: unknown) => {
      const { message } = thrown as { readonly message?: unknown };
      const why = typeof message === 'string' && message !== '' ? message : 'the API server does not answer';
      reject(new ClusterError(`${whole} cannot be run (${why}): you need the right to get and create pods/exec there.`, statusOfRefusal(why)));
    });
  });
  try {
    const { status, message = '' } = await ended;
    if (status !== 'Success') throw new ClusterError(`${whole} failed: ${kept.err.trim().split('\n').at(-1) || message}.`);
    return kept.out;
  } finally {
    clearTimeout(timer);
  }
}
