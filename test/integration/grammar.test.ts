/** The TextMate grammar run by VS Code's own tokenizer (it comes with code-server): scopes of a sample. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureCodeServer } from '../../src/build/code-server.ts';

interface Token { readonly startIndex: number; readonly endIndex: number; readonly scopes: readonly string[] }
interface Grammar { tokenizeLine(line: string, state: unknown): { readonly tokens: readonly Token[]; readonly ruleStack: unknown } }
interface TextMate {
  readonly INITIAL: unknown;
  readonly Registry: new (options: object) => { loadGrammar(scope: string): Promise<Grammar> };
  parseRawGrammar(text: string, path: string): unknown;
}
interface Oniguruma {
  loadWASM(bytes: ArrayBufferLike): Promise<void>;
  readonly OnigScanner: new (patterns: readonly string[]) => object;
  readonly OnigString: new (text: string) => object;
}

const file = path.join(import.meta.dirname, '../../syntaxes/dfilter.tmLanguage.json');

async function loadGrammar(): Promise<{ readonly grammar: Grammar; readonly initial: unknown }> {
  const { entry } = await ensureCodeServer(console.log);
  const load = createRequire(path.join(path.dirname(entry), '../../lib/vscode/package.json'));
  const textMate = load('vscode-textmate') as TextMate;
  const oniguruma = load('vscode-oniguruma') as Oniguruma;
  const wasm = readFileSync(path.join(path.dirname(load.resolve('vscode-oniguruma')), 'onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textMate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns: readonly string[]) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text: string) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textMate.parseRawGrammar(readFileSync(file, 'utf8'), file)),
  });
  return { grammar: await registry.loadGrammar('source.dfilter'), initial: textMate.INITIAL };
}

const loaded = loadGrammar();

/** Text and innermost scope (its first two words) of each token that is not blank. */
async function scopes(line: string): Promise<readonly string[]> {
  const { grammar, initial } = await loaded;
  return grammar.tokenizeLine(line, initial).tokens
    .map(({ startIndex, endIndex, scopes: all }) => [line.slice(startIndex, endIndex), all.at(-1) ?? ''] as const)
    .filter(([text]) => text.trim() !== '')
    .map(([text, scope]) => `${text.trim()}:${scope.split('.').slice(0, 2).join('.')}`);
}

test.each([
  ['# all of it', ['# all of it:comment.line']],
  ['  # indented', ['# indented:comment.line']],
  ['tcp.port == 443', ['tcp.port:variable.other', '==:keyword.operator', '443:constant.numeric']],
  ['ip.addr#2 == 10.0.0.0/8', ['ip.addr:variable.other', '#:keyword.operator', '2:constant.numeric', '==:keyword.operator', '10.0.0.0/8:constant.numeric']],
  ['not len(http.host) > 5', ['not:keyword.operator', 'len:support.function', '(:punctuation.section', 'http.host:variable.other', '):punctuation.section', '>:keyword.operator', '5:constant.numeric']],
  ['eth.src == 00:11:22:33:44:55', ['eth.src:variable.other', '==:keyword.operator', '00:11:22:33:44:55:constant.numeric']],
  ['ipv6.src == fe80::1/64', ['ipv6.src:variable.other', '==:keyword.operator', 'fe80::1/64:constant.numeric']],
  ['tcp.flags == 0x12 && ip', ['tcp.flags:variable.other', '==:keyword.operator', '0x12:constant.numeric', '&&:keyword.operator', 'ip:variable.other']],
  ['k8s.label["app.kubernetes.io/name"] == web-1', ['k8s.label:variable.other', '[:punctuation.section', '":punctuation.definition', 'app.kubernetes.io/name:string.quoted', '":punctuation.definition', ']:punctuation.section', '==:keyword.operator', 'web-1:variable.other']],
  ['ip.src == ${ip.dst}', ['ip.src:variable.other', '==:keyword.operator', '${ip.dst}:variable.other']],
  ['tcp.port in {80, 8000..8099}', ['tcp.port:variable.other', 'in:keyword.operator', '{:punctuation.section', '80:constant.numeric', ',:punctuation.separator', '8000:constant.numeric', '..:keyword.operator', '8099:constant.numeric', '}:punctuation.section']],
])('%s', async (line, expected) => {
  expect(await scopes(line)).toEqual(expected);
});
