/** "Capture With Options…": filter, limits, headers only; the last choice is kept, others as profiles by name. */
import * as vscode from 'vscode';
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { askCaptureFilter } from './captureFilter.ts';
import { beginCapture, targetOf, type CaptureOptions } from './startCapture.ts';

type Limits = Omit<CaptureOptions, 'filter'> & { /** ANDed to the target's filter. */ readonly and: string };
type Profiles = Readonly<Record<string, Limits>>;

const kLast = 'capture.lastOptions';
const kProfiles = 'capture.profiles';
/** Enough for the headers up to TCP, tunnels included. */
const kHeaders = '128';
const none: Limits = { and: '', duration: '', size: '', snaplen: '' };

interface Choice extends vscode.QuickPickItem {
  readonly act: (limits: Limits) => Promise<Limits | 'start' | undefined>;
}

const matching = (pattern: RegExp, remedy: string) => (text: string): string | undefined => (text.trim() === '' || pattern.test(text.trim()) ? undefined : remedy);

async function ask(title: string, value: string, prompt: string, validateInput: (text: string) => string | undefined): Promise<string | undefined> {
  return (await vscode.window.showInputBox({ title, value, prompt, validateInput, ignoreFocusOut: true }))?.trim();
}

const changed = (limits: Limits, key: keyof Limits, value: string | undefined): Limits => (value === undefined ? limits : { ...limits, [key]: value });

interface Parts {
  readonly title: string;
  readonly memory: vscode.Memento;
  readonly askFilter: (value: string) => Promise<string | undefined>;
}

function choices(limits: Limits, { title, memory, askFilter }: Parts): readonly Choice[] {
  const { and, duration, size, snaplen } = limits;
  const profiles = memory.get<Profiles>(kProfiles, {});
  return [
    { label: '$(record) Start capture', act: () => Promise.resolve('start') },
    {
      label: '$(filter) Only packets of…', description: and === '' ? 'all' : and,
      act: async (now) => changed(now, 'and', await askFilter(now.and)),
    },
    {
      label: '$(clock) Ends after…', description: duration === '' ? 'it is stopped' : duration,
      act: async (now) => changed(now, 'duration', await ask(title, now.duration, '60s, 5m, 2h; empty: when it is stopped', matching(/^\d+(?:\.\d+)?(?:ms|s|m|h)?$/, 'A time such as 60s or 5m.'))),
    },
    {
      label: '$(save) Ends with a file of…', description: size === '' ? 'any size' : size,
      act: async (now) => changed(now, 'size', await ask(title, now.size, '100M, 1G; empty: any size', matching(/^\d+(?:\.\d+)?[kmg]?b?$/i, 'A size such as 100M or 1G.'))),
    },
    { label: `$(${snaplen === kHeaders ? 'pass-filled' : 'circle-large-outline'}) Headers only`, description: `the first ${kHeaders} bytes of each packet`, act: (now) => Promise.resolve({ ...now, snaplen: now.snaplen === kHeaders ? '' : kHeaders }) },
    {
      label: '$(whole-word) Bytes per packet…', description: snaplen === '' ? 'whole packets' : snaplen,
      act: async (now) => changed(now, 'snaplen', await ask(title, now.snaplen, 'A number of bytes; empty: whole packets', matching(/^[1-9]\d{0,5}$/, 'A number of bytes, such as 96.'))),
    },
    { label: 'Profiles', kind: vscode.QuickPickItemKind.Separator, act: (now) => Promise.resolve(now) },
    ...Object.entries(profiles).map(([name, profile]): Choice => ({ label: `$(bookmark) ${name}`, description: summaryOf(profile), act: () => Promise.resolve(profile) })),
    {
      label: '$(add) Keep these options as a profile…',
      act: async (now) => {
        const name = await ask(title, '', 'Name of the profile; one of that name is replaced', (text) => (text.trim() === '' ? 'A name.' : undefined));
        if (name !== undefined && name !== '') await memory.update(kProfiles, { ...memory.get<Profiles>(kProfiles, {}), [name]: now });
        return now;
      },
    },
    ...(Object.keys(profiles).length === 0 ? [] : [{
      label: '$(trash) Remove a profile…',
      act: async (now: Limits) => {
        const name = await vscode.window.showQuickPick(Object.keys(profiles), { title, placeHolder: 'Which profile is to go?', ignoreFocusOut: true });
        if (name !== undefined) await memory.update(kProfiles, Object.fromEntries(Object.entries(profiles).filter(([other]) => other !== name)));
        return now;
      },
    }]),
  ];
}

const summaryOf = ({ and, duration, size, snaplen }: Limits): string =>
  [and, duration, size, snaplen === '' ? '' : `${snaplen} bytes per packet`].filter((part) => part !== '').join(' · ') || 'everything';

/** Both, each as a whole. */
export const joinedFilter = (target: string, more: string): string => (more === '' ? target : target === '' ? more : `(${target}) and (${more})`);

export const captureWithOptions: TreeAction = {
  command: Command.captureWithOptions,
  async run(node, context) {
    const { memory } = context;
    const target = await targetOf(node, context);
    const title = `Capture ${target.label}`;
    const view = context.model.viewOf(target.context);
    const parts: Parts = { title, memory, askFilter: (value) => askCaptureFilter({ title, value, view, namespace: target.namespace }) };
    for (let limits = memory.get<Limits>(kLast, none); ;) {
      const chosen = await vscode.window.showQuickPick([...choices(limits, parts)], { title, placeHolder: 'Enter changes an option, or starts', ignoreFocusOut: true });
      if (chosen === undefined) return;
      const next = await chosen.act(limits);
      if (next === 'start') {
        await memory.update(kLast, limits);
        await beginCapture(node, target, { ...limits, filter: joinedFilter(target.filter, limits.and) }, context);
        return;
      }
      limits = next ?? limits;
    }
  },
};
