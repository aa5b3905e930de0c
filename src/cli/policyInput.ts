/** Files of Kubernetes objects for the policy subcommands: pods, namespaces, Services and policies, with their places. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePolicies, policyKindOf } from '../policy/compile.ts';
import { ClusterIndex } from '../policy/endpoint.ts';
import type { Policy } from '../policy/model.ts';
import { StateBuilder } from '../policy/state.ts';
import type { YamlPath } from '../policy/types.ts';
import { eachObject, type Range, type YamlObject } from '../policy/yaml.ts';
import { InputError, readText } from './policyIo.ts';

/** One object and the file it is in. */
export interface SourceObject {
  readonly file: string;
  readonly object: YamlObject;
}

const ENDINGS = ['.yaml', '.yml', '.json'];

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && ENDINGS.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function isFolder(path: string): Promise<boolean> {
  if (path === '-') return false;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Names of the files meant: folders stand for the YAML and JSON files in them. */
export async function expandFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) files.push(path);
    else {
      const inside = await filesIn(path);
      if (inside.length === 0) throw new InputError(`There is no YAML or JSON file in ${path}: name files, or a folder that holds some.`);
      files.push(...inside);
    }
  }
  return files;
}

/** All objects, one after the other; a document that is not YAML ends it, as an answer without it could be wrong. */
async function* eachSource(paths: readonly string[]): AsyncGenerator<SourceObject> {
  for (const file of await expandFiles(paths)) {
    for (const object of eachObject(await readText(file))) {
      const problem = object.problems.find(({ kind }) => kind === 'syntax');
      if (problem !== undefined) {
        const { line, column } = problem.range.start;
        throw new InputError(`${file}:${line}:${column}: ${problem.message}: correct the YAML and try again.`);
      }
      yield { file, object };
    }
  }
}

/** The same all at once. */
export async function readSources(paths: readonly string[]): Promise<readonly SourceObject[]> {
  const sources: SourceObject[] = [];
  for await (const source of eachSource(paths)) sources.push(source);
  return sources;
}

/** Policies and cluster of a set of files. */
export interface Workspace {
  readonly cluster: ClusterIndex;
  readonly policies: readonly Policy[];
  /** Where a path of a policy stands. */
  place(policy: Policy, path: YamlPath): { readonly file: string; readonly range: Range };
}

/** Takes policies from `policyPaths`, everything else from both lists of files. */
export async function readWorkspace(policyPaths: readonly string[], clusterPaths: readonly string[]): Promise<Workspace> {
  const withPolicies: SourceObject[] = [];
  const state = new StateBuilder();
  for await (const source of eachSource(policyPaths)) {
    if (policyKindOf(source.object.value) === undefined) state.add(source.object.value);
    else withPolicies.push(source);
  }
  for await (const { object } of eachSource(clusterPaths)) state.add(object.value);
  const policies = compilePolicies(withPolicies.map(({ object }) => object.value));
  return {
    cluster: new ClusterIndex(state.state()),
    policies,
    place: (policy, path) => {
      const source = withPolicies[policy.position];
      if (source === undefined) throw new RangeError('The policy is not of this workspace.');
      return { file: source.file, range: source.object.rangeOf(path) };
    },
  };
}

/** `shop.yaml:12:5`: a place as compilers write it. */
export function placeText({ file, range }: { readonly file: string; readonly range: Range }): string {
  return `${file}:${range.start.line}:${range.start.column}`;
}
