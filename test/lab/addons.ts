/**
 * What is put on a lab once its nodes are Ready, in this order. A further one (the agent) is one more entry: its
 * images go to images.ts, what it creates and waits for goes here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { agentImageLacks } from '../../src/build/image/agentImage.ts';
import { say } from '../../src/build/say.mjs';
import type { LabConfig } from './config.ts';
import type { Kube } from './kube.ts';
import { tlsSecret } from './pki.ts';

export interface Addon {
  readonly name: string;
  readonly why: string;
  readonly deploy: (lab: LabConfig, kube: Kube) => Promise<void>;
}

export const DEMO_NAMESPACE = 'production';
export const AGENT_NAMESPACE = 'monitoring';
const demoWorkloads = ['database', 'backend', 'frontend', 'ingress-proxy', 'secure', 'client', 'dns-client'];

/** Seconds for the pods of an add-on: a busy machine starts containers slowly. */
const PATIENCE = 180;

/** A manifest of test/lab/manifests with `$NAME` filled in. */
export function manifest(file: string, values: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(join(import.meta.dirname, 'manifests', file), 'utf8');
  return text.replace(/\$([A-Z_]+)/g, (whole, name: string) => values[name] ?? whole);
}

export const addons: readonly Addon[] = [
  {
    name: 'policies',
    why: 'read access for the NetworkPolicy enforcer',
    deploy: async (_lab, kube) => kube.apply('let the enforcer read policies', manifest('enforcer.yaml')),
  },
  {
    name: 'dns',
    why: 'CoreDNS answers names of Services',
    deploy: async (lab, kube) => {
      await kube.apply('create CoreDNS', manifest('coredns.yaml', { DNS_IP: lab.dnsIp }));
      await kube.rolledOut('kube-system', ['deployment/coredns'], PATIENCE);
    },
  },
  {
    name: 'demo',
    why: 'demo application in namespace production, its policies and its traffic',
    deploy: async (lab, kube) => {
      const secret = await tlsSecret(lab, DEMO_NAMESPACE, 'secure');
      await kube.apply('create the demo application', manifest('demo.yaml'));
      await kube.apply('create the certificate of the TLS service', secret);
      await kube.apply('create the policies of the demo application', manifest('policies.yaml'));
      await kube.rolledOut(DEMO_NAMESPACE, demoWorkloads.map((name) => `deployment/${name}`), PATIENCE);
    },
  },
  {
    name: 'agent',
    why: 'StratoShark on every node, as bpf/deploy has it',
    deploy: async (_lab, kube) => {
      if (agentImageLacks().length > 0) {
        say('the agent is not built ("npm run build"): the lab comes up without it');
        return;
      }
      // As users apply it, but for the image: no registry has it.
      const text = readFileSync(join(root, 'bpf/deploy/stratoshark.yaml'), 'utf8').replace('imagePullPolicy: IfNotPresent', 'imagePullPolicy: Never');
      await kube.apply('create the agent', text);
      await kube.rolledOut(AGENT_NAMESPACE, ['daemonset/stratoshark'], PATIENCE);
    },
  },
];
