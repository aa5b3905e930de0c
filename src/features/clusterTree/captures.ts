/** Saved captures: the capture files of the folder that captures are written to. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { captureEndings, compressionEndings } from '../../contract/contributions.ts';
import { kMostShown, type TreeNode } from './node.ts';

const ending = new RegExp(`\\.(?:${captureEndings.join('|')})(?:\\.(?:${compressionEndings.join('|')}))?$`);

/** 1.5 MB */
function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toPrecision(3)} ${units[step] ?? ''}`;
}

/** Newest first. Undefined where there are none. */
export function capturesNode(folder: string, openCommand: string): TreeNode | undefined {
  const files = savedCaptures(folder);
  if (files.length === 0) return undefined;
  return {
    id: 'captures', label: 'Captures', description: `${files.length}`, icon: 'archive', menu: 'captures', context: '', tooltip: [folder],
    children: () => files.slice(0, kMostShown).map(({ name, path, size, time }) => ({
      id: `captures/${name}`, label: name, description: sizeText(size), icon: 'pulse', menu: 'capture', context: '',
      tooltip: [path, sizeText(size), `Last written ${new Date(time).toLocaleString()}`],
      command: { id: openCommand, title: 'Open', argument: path },
    })),
  };
}

interface Saved {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly time: number;
}

function savedCaptures(folder: string): readonly Saved[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => ending.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name): readonly Saved[] => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ name, path, size: stat.size, time: stat.mtimeMs }] : [];
  }).sort((a, b) => b.time - a.time);
}
