/** Which container a cgroup is of: by the container id in the name of its folder, whose inode number is the kernel's id of it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { containerOfCgroup } from './podProcesses.ts';

/** Depth below the root of the hierarchy: kubepods, class of service, pod, container, and what the container makes. */
const kDeepest = 9;
/** A container that is not found is looked for again after that time, milliseconds. */
const kAgain = 1000;

export class ContainerGroups {
  private readonly root: string;
  private known = new Map<string, string>();
  private lookedAt = 0;

  /** `root`: the node's /sys/fs/cgroup, as mounted into the agent. */
  public constructor(root: string) {
    this.root = root;
  }

  /** 64 hex digits; undefined for a cgroup that is no container's. `id` is decimal. */
  public containerOf(id: string): string | undefined {
    const found = this.known.get(id);
    if (found !== undefined || Date.now() - this.lookedAt < kAgain) return found;
    this.lookedAt = Date.now();
    this.known = new Map();
    // The version 2 hierarchy: all of it, or beside version 1.
    for (const base of [join(this.root, 'unified'), this.root]) this.look(base, undefined, 0);
    return this.known.get(id);
  }

  private look(folder: string, container: string | undefined, depth: number): void {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      // Gone since its name was read, or not there at all.
      return;
    }
    for (const entry of entries) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      const here = containerOfCgroup(`0::/${entry.name}`) ?? container;
      if (here !== undefined) {
        try {
          const id = statSync(path, { bigint: true }).ino.toString();
          if (!this.known.has(id)) this.known.set(id, here);
        } catch {
          continue;
        }
      }
      if (depth < kDeepest) this.look(path, here, depth + 1);
    }
  }
}
