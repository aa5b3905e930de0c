/** NetworkPolicies for the demo application from a seed: all forms of peers and ports that version 1 has, with TCP. */

/** What policies can be about: labels and ports as manifests/demo.yaml has them. */
const APPS = ['client', 'dns-client', 'ingress-proxy', 'frontend', 'backend', 'database', 'secure'];
const TIERS = ['frontend', 'backend', 'data', 'edge'];
const PORT_NAMES = ['http', 'https', 'redis', 'dns-tcp', 'nowhere'];
const PORTS = [53, 80, 6379, 8080, 8443, 9999];

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = generator(seed);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  some<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: 1 + Math.floor(this.next() * most) }, make);
  }
}

function podSelector(dice: Dice): object {
  const value = (): string => dice.one(APPS);
  return dice.one<() => object>([
    () => ({}),
    () => ({ matchLabels: { app: value() } }),
    () => ({ matchLabels: { tier: dice.one(TIERS) } }),
    () => ({ matchExpressions: [{ key: 'app', operator: 'In', values: dice.some(3, value) }] }),
    () => ({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: dice.some(3, value) }] }),
    () => ({ matchExpressions: [{ key: 'tier', operator: dice.one(['Exists', 'DoesNotExist']) }] }),
  ])();
}

function namespaceSelector(dice: Dice): object {
  return dice.one<() => object>([
    () => ({}),
    () => ({ matchLabels: { 'kubernetes.io/metadata.name': dice.one(['production', 'kube-system', 'default']) } }),
    () => ({ matchExpressions: [{ key: 'environment', operator: dice.one(['Exists', 'DoesNotExist']) }] }),
  ])();
}

function addressBlock(dice: Dice, addresses: readonly string[]): object {
  return dice.one<() => object>([
    () => ({ cidr: '0.0.0.0/0', except: ['10.244.2.0/24'] }),
    () => ({ cidr: '10.244.0.0/16', except: dice.some(3, () => `${dice.one(addresses)}/32`) }),
    () => ({ cidr: `${dice.one(addresses)}/32` }),
    () => ({ cidr: '10.244.1.0/24' }),
    () => ({ cidr: '192.0.2.0/24' }),
  ])();
}

function peer(dice: Dice, addresses: readonly string[]): object {
  return dice.one<() => object>([
    () => ({ podSelector: podSelector(dice) }),
    () => ({ namespaceSelector: namespaceSelector(dice) }),
    () => ({ namespaceSelector: namespaceSelector(dice), podSelector: podSelector(dice) }),
    () => ({ ipBlock: addressBlock(dice, addresses) }),
  ])();
}

function port(dice: Dice): object {
  return dice.one<() => object>([
    () => ({ port: dice.one(PORTS) }),
    () => ({ port: dice.one(PORT_NAMES) }),
    () => ({ protocol: dice.one(['TCP', 'UDP']) }),
    () => ({ protocol: 'TCP', port: dice.one([50, 8000, 8080]), endPort: dice.one([8080, 8443, 9999]) }),
    () => ({ protocol: 'UDP', port: dice.one(PORTS) }),
  ])();
}

function rule(dice: Dice, side: 'from' | 'to', addresses: readonly string[]): object {
  return {
    ...(dice.chance(0.85) ? { [side]: dice.some(2, () => peer(dice, addresses)) } : {}),
    ...(dice.chance(0.6) ? { ports: dice.some(2, () => port(dice)) } : {}),
  };
}

/** `count` policies of a namespace; `addresses` are those of pods. */
export function randomPolicies(seed: number, count: number, namespace: string, addresses: readonly string[]): readonly object[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, (_, at) => {
    const types = dice.one([['Ingress'], ['Egress'], ['Ingress', 'Egress']]);
    const rules = (side: 'from' | 'to'): readonly object[] => (dice.chance(0.15) ? [] : dice.some(3, () => rule(dice, side, addresses)));
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `random-${at}`, namespace },
      spec: {
        podSelector: podSelector(dice),
        policyTypes: types,
        ...(types.includes('Ingress') ? { ingress: rules('from') } : {}),
        ...(types.includes('Egress') ? { egress: rules('to') } : {}),
      },
    };
  });
}
