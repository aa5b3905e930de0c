/**
 * The host's door to engine processes: one per real file (path, device, inode), shared by the tabs that show it,
 * closed a little after its last tab so that moving a tab does not read the file again.
 */
import { realpath, stat } from 'node:fs/promises';
import type { Disposable } from '../base/disposable.ts';
import type { EngineSettings } from '../contract/capture.ts';
import type { ViewId } from '../contract/engine.ts';
import type { StartEngine } from './forked.ts';
import { EngineSession } from './session.ts';

/** How long an engine outlives its last tab, milliseconds. */
export const kLinger = 5000;

/** A tab's share in a session. */
export interface EngineLease extends Disposable {
  readonly session: EngineSession;
  readonly view: ViewId;
}

interface Entry {
  readonly session: EngineSession;
  /** Its place in the pool; another after "Reopen" found another file under the name. */
  key: string;
  leases: number;
  closing: NodeJS.Timeout | undefined;
}

export class EnginePool implements Disposable {
  private readonly entries = new Map<string, Entry>();
  /** Entries on their way to another place: who looks for a file now must wait for them, or starts a second engine. */
  private readonly moves = new Set<Promise<void>>();
  private readonly startEngine: StartEngine;
  private readonly settings: (path: string) => EngineSettings;

  public constructor(startEngine: StartEngine, settings: (path: string) => EngineSettings) {
    this.startEngine = startEngine;
    this.settings = settings;
  }

  /** The sessions under way, for the log and for tests. */
  public get sessions(): readonly EngineSession[] {
    return [...this.entries.values()].map((entry) => entry.session);
  }

  /** A share in the engine of this file, started now if there is none. Release it with `dispose`. */
  public async acquire(path: string): Promise<EngineLease> {
    const { key, real } = await identify(path);
    // "Reopen" may have come before or during that look at the file.
    while (this.moves.size > 0) await Promise.all(this.moves);
    const entry = this.entries.get(key) ?? this.addEntry(key, real);
    clearTimeout(entry.closing);
    entry.closing = undefined;
    entry.leases++;
    entry.session.restartAutomatically();
    const view = entry.session.newView();
    let released = false;
    return {
      session: entry.session,
      view,
      dispose: () => {
        if (!released) {
          released = true;
          this.release(entry, view);
        }
      },
    };
  }

  public dispose(): void {
    for (const entry of this.entries.values()) {
      clearTimeout(entry.closing);
      entry.session.dispose();
    }
    this.entries.clear();
  }

  private addEntry(key: string, path: string): Entry {
    const entry: Entry = {
      session: new EngineSession(path, this.startEngine, this.settings), key, leases: 0, closing: undefined,
    };
    this.entries.set(key, entry);
    entry.session.onRestarted(() => {
      const move = this.moveEntry(entry).finally(() => { this.moves.delete(move); });
      this.moves.add(move);
    });
    return entry;
  }

  private async moveEntry(entry: Entry): Promise<void> {
    const { key } = await identify(entry.session.path);
    if (this.entries.get(entry.key) === entry && !this.entries.has(key)) {
      this.entries.delete(entry.key);
      this.entries.set(key, entry);
      entry.key = key;
    }
  }

  private release(entry: Entry, view: ViewId): void {
    entry.leases--;
    if (entry.leases > 0) {
      if (entry.session.problem === undefined) {
        // The view goes with the tab; an engine that ends meanwhile has forgotten it anyway.
        entry.session.api.closeView({ view }).catch(() => undefined);
      }
      return;
    }
    entry.closing = setTimeout(() => {
      this.entries.delete(entry.key);
      entry.session.dispose();
    }, kLinger);
  }
}

/** Two names of one file are one file; a file that replaced another under its name is another. */
async function identify(path: string): Promise<{ readonly key: string; readonly real: string }> {
  try {
    const real = await realpath(path);
    const { dev, ino } = await stat(real, { bigint: true });
    return { key: `${real}\n${String(dev)}\n${String(ino)}`, real };
  } catch {
    // A file that cannot be looked at: the engine says why, in its answer to `open`.
    return { key: path, real: path };
  }
}
