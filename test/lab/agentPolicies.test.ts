/**
 * The policies an agent's capture keeps: what an edit would do to its flows needs nothing else. Which flows got through
 * and which did not is told by tshark from the packets and by the generators; what is denied now, by the lab's enforcer.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { DEMO_NAMESPACE } from './addons.ts';
import { captureInAgent, tsharkRows } from './agentLab.ts';
import { attempt } from './exec.ts';
import { policiesInForce } from './policyMatrix.ts';
import { describeLab, type TestLab, useLab } from './testLab.ts';

interface Report {
  readonly captures: readonly {
    readonly blocked: number;
    readonly opened: number;
    readonly changes: readonly { readonly kind: string; readonly text: string; readonly filter: string }[];
  }[];
}

const manifest = readFileSync(join(import.meta.dirname, 'manifests/policies.yaml'), 'utf8');

describeLab('policies in captures of the agent', () => {
  let it: TestLab;
  let dir: string;
  useLab('policies', (lab, folder) => { [it, dir] = [lab, folder]; });

  test('an edit of policies is tried on what was captured, against the policies there were', async () => {
    await policiesInForce(it.kube, it.state.nodes);
    const [client, frontend, backends] = await Promise.all([it.onePod('client'), it.onePod('frontend'), it.podsOf('backend')]);
    const node = client.spec.nodeName ?? '';
    const backend = backends.find(({ spec }) => spec.nodeName === node)?.status.podIP ?? '';
    const here = backends.filter(({ spec }) => spec.nodeName === node).map(({ status }) => status.podIP ?? '');
    const [from, to] = [client.status.podIP ?? '', frontend.status.podIP ?? ''];
    expect([backend, from, to]).not.toContain('');

    const capture = captureInAgent(it, node, ['capture', '--ebpf-filter', 'k8s.label["app"] == "client" or k8s.label["app"] == "backend"', '--duration', '6s', '-w', '-']);
    await capture.started;
    const [report, refused] = await Promise.all([
      it.generate('frontend', ['load', '-url', `http://${backend}:8080/`, '-count', '20', '-rate', '50']),
      it.kube.kubectl(['-n', DEMO_NAMESPACE, 'exec', client.metadata.name, '--', '/demoapp', 'probe', '-timeout', '2s', `${to}:8080`], { timeout: 30 }),
    ]);
    expect(report).toMatchObject({ sent: 20 });
    expect(refused.stdout).toContain('timeout');
    const { status, stdout, stderr } = await capture.result;
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('Policies') as string });
    const file = join(dir, 'policies.pcapng');
    writeFileSync(file, Buffer.from(stdout, 'latin1'));

    // Backends would hear no frontend any more; the client would be let through to frontends.
    const edited = manifest.replace(/(name: backend,[^]*?ingress:\n {2}- from: \[\{podSelector: \{matchLabels: \{app: )frontend/, '$1nobody')
      .replace('values: [ingress-proxy]', 'values: [ingress-proxy, client]')
      .replace(/(name: client,[^]*?egress:\n)/, '$1  - to: [{podSelector: {matchLabels: {app: frontend}}}]\n');
    expect(edited).not.toBe(manifest);
    const verified = async (name: string, text: string): Promise<Report['captures'][number]> => {
      const policy = join(dir, name);
      writeFileSync(policy, text);
      const answer = await attempt(process.execPath, [join(root, 'dist', 'cli.js'), 'verify', '--policy', policy, '--capture', file, '--json']);
      expect(answer.stderr).toBe('');
      const [only] = (JSON.parse(answer.stdout) as Report).captures;
      if (only === undefined) throw new Error(answer.stdout);
      return only;
    };
    const { blocked, opened, changes } = await verified('edited.yaml', edited);

    const answers = `tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.srcport == 8080 && ip.src in {${here.join(', ')}}`;
    const through = new Set((await tsharkRows(file, ['tcp.stream'], ['-Y', answers])).map((stream) => `tcp.stream == ${stream}`));
    const tried = new Set((await tsharkRows(file, ['tcp.stream'], ['-Y', `tcp.flags.syn == 1 && ip.src == ${from} && ip.dst == ${to}`])).map((stream) => `tcp.stream == ${stream}`));
    const of = (kind: string): readonly string[] => changes.filter((one) => one.kind === kind).map(({ filter }) => filter);
    // Besides the generator's, calls of the Service at backends: those the frontends of the demo application make.
    expect(blocked).toBeGreaterThanOrEqual(20);
    expect(of('block').filter((filter) => !through.has(filter))).toEqual([]);
    expect(tried.size).toBe(1);
    expect([opened, new Set(of('open'))]).toEqual([1, tried]);
    expect(changes.filter(({ kind }) => kind === 'open').map(({ text }) => text)).toEqual([`${DEMO_NAMESPACE}/${client.metadata.name} → ${DEMO_NAMESPACE}/${frontend.metadata.name} TCP 8080`]);

    // As they are they change nothing: of what got through all is allowed, of what did not nothing.
    expect(await verified('same.yaml', manifest)).toMatchObject({ blocked: 0, opened: 0 });
  });
});
