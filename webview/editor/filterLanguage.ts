/** Colours of the display filter language. No field names here: those are the engine's registry. */
import type { languages } from 'monaco-editor/editor';

export const kFilterLanguage = 'stratoshark-filter';

const words = ['and', 'or', 'not', 'any', 'all', 'in', 'contains', 'matches', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'any_eq', 'all_eq', 'any_ne', 'all_ne', 'bitwise_and', 'true', 'false'];

export const filterLanguage: languages.IMonarchLanguage = {
  words,
  tokenizer: {
    root: [
      [/"/, 'string', '@text'],
      [/'([^'\\]|\\.)*'/, 'string'],
      // Addresses before numbers and names: each starts like one of them.
      [/\d+\.\d+\.\d+\.\d+(\/\d+)?/, 'number'],
      [/[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2})+/, 'number'],
      [/[0-9a-fA-F]*:[0-9a-fA-F:]*(\/\d+)?/, 'number'],
      [/0[xX][0-9a-fA-F]+/, 'number'],
      [/-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])/, 'number'],
      [/[A-Za-z_][\w.-]*/, { cases: { '@words': 'keyword', '@default': 'identifier' } }],
      [/[=!<>~&|^+*/%-]+/, 'operator'],
      [/[()[\]{}]/, '@brackets'],
    ],
    text: [
      [/[^\\"]+/, 'string'],
      [/\\./, 'string'],
      [/"/, 'string', '@pop'],
    ],
  },
};
