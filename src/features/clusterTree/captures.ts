/** Saved captures: the capture files of the folder that captures are written to. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { captureEndings, compressionEndings } from '../../contract/contributions.ts';
import { kMostShown, type TreeNode } from './node.ts';

const ending = new RegExp(`\\.(?:${captureEndings.join('|')})(?:\\.(?:${compressionEndings.join('|')}))?$`);

/** 1.5 MB */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toPrecision(3)} ${units[step] ?? ''}`;
}

/** What is known of how a capture was made. */
export interface MadeFacts {
  readonly source: string;
  readonly milliseconds?: number;
}

/** 12 s, 3 min 20 s, 1 h 5 min */
function spanText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

/** Newest first. Undefined where there are none. */
export function capturesNode(folder: string, openCommand: string, factsOf: (name: string) => MadeFacts | undefined): TreeNode | undefined {
  const files = savedCaptures(folder);
  if (files.length === 0) return undefined;
  return {
    id: 'captures', label: 'Captures', description: `${files.length}`, icon: 'archive', menu: 'captures', context: '', tooltip: [folder],
    children: () => files.slice(0, kMostShown).map((file) => savedNode(file, factsOf(file.name), openCommand)),
  };
}

function savedNode({ name, path, size, time }: Saved, made: MadeFacts | undefined, openCommand: string): TreeNode {
  const span = made?.milliseconds === undefined ? [] : [spanText(made.milliseconds)];
  return {
    id: `captures/${name}`, label: name, description: [sizeText(size), ...(made === undefined ? [] : [made.source]), ...span].join(' · '), icon: 'pulse',
    menu: made === undefined ? 'capture' : 'capture.made', context: '',
    tooltip: [path, ...(made === undefined ? [] : [`Of ${made.source}`]), ...span.map((text) => `Captured for ${text}`), sizeText(size), `Last written ${new Date(time).toLocaleString()}`],
    command: { id: openCommand, title: 'Open', argument: path },
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
