/** The addon as shipped: what it links, what it exports, and that it is what src/engine/native.d.ts says. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { textOf } from '../tidy/files.ts';

const path = join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');
const objdump = (option: string): string => execFileSync('objdump', [option, path], { encoding: 'utf8' });

/** Method names of an interface in native.d.ts. */
function declared(name: string): readonly string[] {
  const source = ts.createSourceFile('native.d.ts', textOf('src/engine/native.d.ts'), ts.ScriptTarget.Latest);
  const found = source.statements.filter(ts.isInterfaceDeclaration).find((statement) => statement.name.text === name);
  return (found?.members ?? []).filter(ts.isMethodSignature).map((member) => (member.name as ts.Identifier).text).sort();
}

/** Names of the functions an object has itself or from its class. */
function functionsOf(value: object): readonly string[] {
  const names = new Set<string>();
  for (let at: unknown = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== 'constructor' && typeof Reflect.get(value, name) === 'function') names.add(name);
  }
  return [...names].sort();
}

interface Addon {
  open(file: string, settings: string): { close(): void };
}
const addon = createRequire(import.meta.url)(path) as Addon;

test('loads on glibc 2.28 and links nothing but the C library', () => {
  const versions = [...objdump('-T').matchAll(/GLIBC_([\d.]+)/g)].map(([, version = '']) => version);
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? '';
  const needed = [...objdump('-p').matchAll(/NEEDED\s+(\S+)/g)].map(([, library = '']) => library).sort();
  console.log(`addon: newest glibc symbol ${newest}; needs ${needed.join(', ')}`);
  expect(newest.localeCompare('2.28', 'en', { numeric: true })).toBeLessThanOrEqual(0);
  const base = /^(libc\.so\.6|ld-linux-x86-64\.so\.2|libpthread\.so\.0|libdl\.so\.2|libm\.so\.6|librt\.so\.1)$/;
  expect(needed).toContain('libc.so.6');
  expect(needed.filter((library) => !base.test(library))).toEqual([]);
});

test('exports what node looks up and nothing else', () => {
  const exported = objdump('-T').split('\n').filter((line) => /\.(text|data|bss|rodata)/.test(line)).map((line) => line.split(/\s+/).at(-1));
  expect(exported.sort()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1']);
});

test('has the functions of the interface Native', () => {
  expect(declared('Native').length).toBeGreaterThan(3);
  expect(functionsOf(addon)).toEqual(declared('Native'));
});

test('an open capture has the methods of the interface NativeCapture', () => {
  const capture = addon.open(join(root, 'test/fixtures/captures/tcp-syn-retransmission.pcapng'), '{}');
  expect(functionsOf(capture)).toEqual(declared('NativeCapture'));
  capture.close();
});
