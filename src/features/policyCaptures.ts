/** Captures that are open beside policies: their flows go to the analysis, and from its answers back to their packets. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { escapeLabel } from '../base/escape.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { ViewType } from '../contract/contributions.ts';
import type { PolicyFile, RuleFlow, RuleFlows, WhatIf, WhatIfFlow } from '../contract/policy.ts';
import type { EngineLease } from '../engine/client.ts';
import { whatIfHeadline } from '../policy/whatIfReport.ts';
import type { CaptureEditor } from './captureEditor.ts';
import type { PolicyClient } from './policyClient.ts';
import { isCandidate } from './policyFiles.ts';
import { notify } from './notify.ts';

/** A capture that grows is read anew no sooner than after this long, and ten times as long as reading took. Milliseconds. */
const kLeastPause = 2000;
const kPauseFactor = 10;

interface Followed {
  readonly uri: vscode.Uri;
  readonly owned: DisposableStore;
  lease: EngineLease | undefined;
  timer: NodeJS.Timeout | undefined;
  reading: boolean;
  /** Packets there were when it was read last. */
  packets: number;
  nextAt: number;
}

export class PolicyCaptures implements Disposable {
  private readonly client: PolicyClient;
  private readonly editor: CaptureEditor;
  private readonly log: vscode.LogOutputChannel;
  private readonly owned = new DisposableStore();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly followed = new Map<string, Followed>();
  private begun = false;

  /** The analysis knows of a capture more, or of one less, or of new packets. */
  public readonly onDidChange = this.changed.event;

  public constructor(client: PolicyClient, editor: CaptureEditor, log: vscode.LogOutputChannel) {
    this.client = client;
    this.editor = editor;
    this.log = log;
    this.owned.add(this.changed);
  }

  /** Follows what is open from now on: captures alone, without a policy, are not asked for their flows. */
  public begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.owned.add(vscode.window.tabGroups.onDidChangeTabs(() => { this.look(); }));
    this.look();
  }

  public dispose(): void {
    for (const one of this.followed.values()) this.end(one);
    this.owned.dispose();
  }

  /** The flows that policies would treat otherwise, to pick from; choosing one shows its packets. */
  public async show(argument: unknown, active: vscode.Uri | undefined): Promise<void> {
    this.begin();
    const given = (argument ?? {}) as Readonly<Record<'uri' | 'policy' | 'capture', unknown>>;
    const capture = typeof given.capture === 'string' ? given.capture : await this.chooseCapture();
    if (capture === undefined) return;
    const uri = typeof given.uri === 'string' ? given.uri : (active?.toString() ?? '');
    const policy = typeof given.policy === 'string' ? given.policy : '';
    const answer = await this.client.call('whatIf', { uri, capture, policy });
    const file = vscode.Uri.parse(capture, true);
    const picked = await vscode.window.showQuickPick(rowsOf(answer), {
      title: `${basename(file.path)}: ${policy === '' ? 'the policies' : policy} ${whatIfHeadline(answer)}`,
      placeHolder: answer.changes.length === 0 ? 'No captured flow would be treated otherwise' : 'Choose a flow to see its packets',
      matchOnDescription: true, matchOnDetail: true,
    });
    if (picked?.flow !== undefined) await this.editor.showFlow(file, picked.flow);
  }

  /** The flows behind what a lens says of a rule, to pick from; choosing one shows its packets. */
  public async showRule(argument: unknown): Promise<void> {
    const given = (argument ?? {}) as Readonly<Record<'uri' | 'policy' | 'capture' | 'rule', unknown>>;
    const { uri, policy, capture, rule } = given;
    if (typeof uri !== 'string' || typeof policy !== 'string' || typeof capture !== 'string' || typeof rule !== 'string') return;
    const answer = await this.client.call('ruleFlows', { uri, policy, capture, rule });
    const file = vscode.Uri.parse(capture, true);
    const picked = await vscode.window.showQuickPick(ruleRows(answer), {
      title: `${basename(file.path)}: ${policy} ${rule}: ${answer.title}`,
      placeHolder: answer.flows.length === 0 ? 'No captured flow counts at this rule' : 'Choose a flow to see its packets',
      matchOnDescription: true,
    });
    if (picked?.flow !== undefined) await this.editor.showFlow(file, picked.flow);
  }

  private async chooseCapture(): Promise<string | undefined> {
    const open = [...this.followed.values()].filter(({ packets }) => packets > 0).map(({ uri }) => ({ label: basename(uri.path), description: uri.fsPath, uri: uri.toString() }));
    if (open.length === 0) {
      void notify.information('No capture with pods is open beside the policies: open one that an agent took, and a file with a policy.');
      return undefined;
    }
    return open.length === 1 ? open[0]?.uri : (await vscode.window.showQuickPick(open, { title: 'Try the policies on which capture?' }))?.uri;
  }

  private look(): void {
    const open = new Map(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).flatMap(({ input }) =>
      input instanceof vscode.TabInputCustom && input.viewType === ViewType.capture && input.uri.scheme === 'file' ? [[input.uri.toString(), input.uri] as const] : []));
    for (const [key, one] of this.followed) {
      if (open.has(key)) continue;
      this.followed.delete(key);
      this.end(one);
      if (one.packets > 0) void this.client.removeCapture(key).then(() => { this.changed.fire(); }, () => undefined);
    }
    for (const [key, uri] of open) if (!this.followed.has(key)) this.follow(key, uri);
  }

  private follow(key: string, uri: vscode.Uri): void {
    const one: Followed = { uri, owned: new DisposableStore(), lease: undefined, timer: undefined, reading: false, packets: 0, nextAt: 0 };
    this.followed.set(key, one);
    const begin = async (): Promise<void> => {
      const lease = await this.editor.engines.acquire(uri.fsPath);
      one.owned.add(lease);
      if (this.followed.get(key) !== one) {
        one.owned.dispose();
        return;
      }
      one.lease = lease;
      one.owned.add(lease.session.onStatus((status) => { if (status.state === 'ready') this.schedule(one, status.packets); }));
      one.owned.add(lease.session.onRestarted(() => { one.packets = 0; }));
      const { state, packets } = await lease.session.opened();
      if (state === 'ready') this.schedule(one, packets);
    };
    // A capture that cannot be opened says so in its own tab.
    begin().catch((thrown: unknown) => { this.log.debug(toProblem(thrown, 'Opening a capture beside policies').cause); });
  }

  private schedule(one: Followed, packets: number): void {
    if (packets === one.packets || one.timer !== undefined || one.reading) return;
    one.timer = setTimeout(() => {
      one.timer = undefined;
      void this.read(one);
    }, Math.max(0, one.nextAt - performance.now()));
  }

  private async read(one: Followed): Promise<void> {
    const { lease, uri } = one;
    if (lease === undefined) return;
    one.reading = true;
    const started = performance.now();
    const isEnded = (): boolean => this.followed.get(uri.toString()) !== one;
    try {
      const conversations = await lease.session.api.conversations(undefined);
      one.packets = conversations.packets;
      // Without pods there is nobody policies speak of.
      if (conversations.pods.length === 0 || isEnded()) return;
      await this.client.setCapture({ uri: uri.toString(), name: basename(uri.path), conversations, saved: await savedFiles() });
      this.changed.fire();
    } catch (thrown) {
      if (!isCancelled(thrown)) this.log.warn(`The flows of ${uri.fsPath} could not be read: ${toProblem(thrown, 'Reading them').cause}`);
    } finally {
      one.reading = false;
      one.nextAt = performance.now() + Math.max(kLeastPause, kPauseFactor * (performance.now() - started));
      // What came meanwhile is read next.
      void lease.session.opened().then(({ state, packets }) => { if (state === 'ready' && !isEnded()) this.schedule(one, packets); }, () => undefined);
    }
  }

  private end(one: Followed): void {
    clearTimeout(one.timer);
    one.owned.dispose();
  }
}

/** Documents with unsaved edits as they are on disk. */
async function savedFiles(): Promise<readonly PolicyFile[]> {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty && isCandidate(document));
  return Promise.all(dirty.map(async ({ uri }): Promise<PolicyFile> => {
    const text = await vscode.workspace.fs.readFile(uri).then((bytes) => Buffer.from(bytes).toString('utf8'), () => undefined);
    return { uri: uri.toString(), text, open: false };
  }));
}

interface Row extends vscode.QuickPickItem {
  readonly flow?: Pick<WhatIfFlow, 'filter' | 'frame'>;
}

/** Flows of one kind under its title; how many more there are than are listed. */
function part(title: string, count: number, rows: readonly Row[]): readonly Row[] {
  if (count === 0) return [];
  return [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...rows, ...(rows.length < count ? [{ label: `… ${String(count - rows.length)} more` }] : [])];
}

const ruleIcons = { allowed: 'pass', denied: 'error', unanswered: 'question' } as const;
const ruleTitles = { allowed: 'got through by this rule', denied: 'unanswered, denied, and nearest to this rule', unanswered: 'allowed by this rule and unanswered: another cause' } as const;

function ruleRows({ flows, counts }: RuleFlows): readonly Row[] {
  return (['allowed', 'denied', 'unanswered'] as const).flatMap((outcome: RuleFlow['outcome']) =>
    part(ruleTitles[outcome], counts[outcome], flows.filter((flow) => flow.outcome === outcome).map((flow) => ({
      label: `$(${ruleIcons[outcome]}) ${escapeLabel(flow.text)}`, description: flowPlace(flow), flow,
    }))));
}

const flowPlace = ({ filter, frame }: Pick<WhatIfFlow, 'filter' | 'frame'>): string => `${escapeLabel(filter)} · packet ${String(frame)}`;

function rowsOf({ changes, blocked, opened, apart }: WhatIf): readonly Row[] {
  const row = (flow: WhatIfFlow): Row => ({
    label: `${flow.kind === 'block' ? '$(error)' : '$(pass)'} ${escapeLabel(flow.text)}`,
    description: flowPlace(flow),
    detail: escapeLabel(flow.reason),
    flow,
  });
  const of = (kind: WhatIfFlow['kind']): readonly Row[] => changes.filter((flow) => flow.kind === kind).map(row);
  return [
    ...part('got through, would be blocked', blocked, of('block')), ...part('not answered so far, would be allowed', opened, of('open')),
    ...(apart.length === 0 ? [] : [{ label: 'not judged, not counted', kind: vscode.QuickPickItemKind.Separator }, ...apart.map((label): Row => ({ label: `$(info) ${escapeLabel(label)}` }))]),
  ];
}
