/**
 * Files that follow one another, of a pod that has had many connections before: how large each becomes. What was sent comes from
 * the generators, sizes from the agent's file system, connections from the node's kernel.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyFromAgent, inAgent, ourRows, signalled } from './agentLab.ts';
import { until } from './exec.ts';
import { describeLab, type TestLab, useLab } from './testLab.ts';

/** Asked before the capture, each from a port of its own: translated connections that the kernel keeps for a while. */
const kBefore = 1500;
const kDuring = 200;
const kRotate = 100_000;
/** The head of a file, of which the flows learned last are an eighth, and what is learned of its last packets while it stays open. */
const kMore = 50_000;

describeLab('files of an agent that follow one another', () => {
  let it: TestLab;
  let dir: string;
  useLab('rotation', (lab, folder) => { [it, dir] = [lab, folder]; });

  test('none holds what has no packet in it: each is as large as was asked', async () => {
    const pod = await it.onePod('frontend');
    const node = pod.spec.nodeName ?? '';
    const server = ((await it.kube.get('/api/v1/namespaces/kube-system/services/kube-dns')) as { readonly spec: { readonly clusterIP: string } }).spec.clusterIP;
    const ask = (count: number, rate: number, name: string): Promise<unknown> => it.generate('frontend', ['dns', '-server', server, '-count', String(count), '-rate', String(rate), '-names', name]);
    expect(await ask(kBefore, 2000, 'before.example.com')).toMatchObject({ sent: kBefore });
    const known = readFileSync(`/proc/${String(it.nodeOf(pod).pid)}/net/nf_conntrack`, 'utf8').split('\n').filter((line) => line.includes(`src=${pod.status.podIP ?? '?'} dst=${server} `));
    expect(known.length).toBeGreaterThan(kBefore / 2);
    const folder = '/tmp/rotation';
    await inAgent(it, node, ['sh', '-c', `rm -rf ${folder}; mkdir ${folder}`]);
    const capture = signalled(it, node, 'rotation', ['capture', '--ebpf-filter', `k8s.pod.name == ${pod.metadata.name}`, '--output', `${folder}/F.pcapng`, '--rotate-size', String(kRotate)]);
    await capture.started;
    expect(await ask(kDuring, 50, 'during.example.com')).toMatchObject({ sent: kDuring });
    const list = async (): Promise<readonly (readonly [string, number])[]> =>
      (await inAgent(it, node, ['sh', '-c', `cd ${folder} && for f in F_*; do wc -c "$f"; done`])).stdout.trim().split('\n').map((line) => {
        const [size = '', name = ''] = line.trim().split(/\s+/);
        return [name, Number(size)] as const;
      });
    await until(20, async () => ((await list()).length > 1 ? true : undefined), () => 'no second file');
    await capture.signal('TERM');
    expect(await capture.result).toMatchObject({ status: 0, stderr: expect.stringContaining(' 0 dropped') as string });
    const files = await list();
    expect(files.filter(([, size]) => size > kRotate + kMore)).toEqual([]);
    // Each question is in one of them, under the Service and the pod that it was for.
    const asked: string[] = [];
    for (const [name] of files) {
      await copyFromAgent(it, node, `${folder}/${name}`, join(dir, name));
      asked.push(...await ourRows(join(dir, name), ['k8s.dst.service.name'], 'dns.flags.response == 0 && dns.qry.name == "during.example.com"'));
    }
    expect(asked).toEqual(Array.from({ length: kDuring }, () => 'kube-dns'));
    await inAgent(it, node, ['rm', '-r', folder]);
  });
});
