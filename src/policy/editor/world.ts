/**
 * What a document is judged against: pods, namespaces, Services and the other policies of the files given, with the
 * document's own version of an object before any other.
 */
import type { PolicyPlace } from '../../contract/policy.ts';
import { ChangeAdvisor } from '../change.ts';
import { compilePolicy, refOf } from '../compile.ts';
import type { ClusterIndex } from '../endpoint.ts';
import { Evaluator } from '../evaluate.ts';
import { inspectPolicies, type Finding } from '../hygiene.ts';
import type { Policy } from '../model.ts';
import { Reachability } from '../reach.ts';
import { asString, get } from '../read.ts';
import { readObjects } from '../state.ts';
import { refText, type ClusterState, type YamlPath } from '../types.ts';
import type { YamlObject } from '../yaml.ts';
import { GivenObjects, textRange, type SourceFile } from './files.ts';

/** One policy with the file it is in. */
export interface PolicySource {
  readonly file: SourceFile;
  readonly object: YamlObject;
  readonly policy: Policy;
}

/** `Pod/shop/web-1`: names an object of the state, so that the same one in two files counts once. */
function stateKey(value: unknown): string {
  const metadata = get(value, 'metadata');
  return `${asString(get(value, 'kind')) ?? ''}/${asString(get(metadata, 'namespace')) ?? 'default'}/${asString(get(metadata, 'name')) ?? ''}`;
}

/** The state the files hold; the first file that has an object wins. */
export function stateOf(files: readonly SourceFile[]): ClusterState {
  const seen = new Set<string>();
  const values: unknown[] = [];
  for (const file of files) {
    for (const value of file.stateValues) {
      const key = stateKey(value);
      if (seen.has(key)) continue;
      seen.add(key);
      values.push(value);
    }
  }
  return readObjects(values);
}

/** Policies of the files; the first file that has one of a name wins, within a file the last document. */
export function policiesOf(files: readonly SourceFile[]): readonly PolicySource[] {
  const found = new Map<string, PolicySource>();
  for (const file of files) {
    const own = new Map<string, YamlObject>();
    for (const object of file.policies) own.set(refText(refOf(object.value)), object);
    for (const [key, object] of own) {
      if (found.has(key)) continue;
      const policy = compilePolicy(object.value, found.size);
      if (policy !== undefined) found.set(key, { file, object, policy });
    }
  }
  return [...found.values()];
}

export class World {
  readonly label: string;
  readonly cluster: ClusterIndex;
  readonly sources: readonly PolicySource[];
  private found: readonly Finding[] | undefined;
  private reached: Reachability | undefined;
  private asked: Evaluator | undefined;
  private advises: ChangeAdvisor | undefined;

  constructor(label: string, cluster: ClusterIndex, sources: readonly PolicySource[]) {
    this.label = label;
    this.cluster = cluster;
    this.sources = sources;
  }

  get policies(): readonly Policy[] {
    return this.sources.map(({ policy }) => policy);
  }

  get findings(): readonly Finding[] {
    this.found ??= inspectPolicies(this.cluster, this.policies);
    return this.found;
  }

  get reach(): Reachability {
    this.reached ??= new Reachability(this.cluster, this.policies);
    return this.reached;
  }

  get evaluator(): Evaluator {
    this.asked ??= new Evaluator(this.cluster, this.policies);
    return this.asked;
  }

  get advisor(): ChangeAdvisor {
    this.advises ??= new ChangeAdvisor(this.evaluator);
    return this.advises;
  }

  sourceOf(policy: Policy): PolicySource | undefined {
    return this.sources[policy.position];
  }

  /** undefined for a policy that is in no file. */
  place(policy: Policy, path: YamlPath): PolicyPlace | undefined {
    const source = this.sourceOf(policy);
    return source === undefined || source.file instanceof GivenObjects ? undefined : { uri: source.file.uri, range: textRange(source.object.rangeOf(path)) };
  }
}
