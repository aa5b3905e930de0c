/** Findings as SARIF 2.1.0 (OASIS), the form code-scanning services read. */
import type { Range } from './yaml.ts';

export interface SarifResult {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly file: string;
  readonly range?: Range;
}

/** Names relative to the root of the repository, with the separators of URIs. */
function uri(file: string): string {
  return file.split(/[\\/]/).map(encodeURIComponent).join('/');
}

/** The whole SARIF log as text. `rules` describes every rule id that may occur. */
export function sarifLog(version: string, rules: Readonly<Record<string, string>>, results: readonly SarifResult[]): string {
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'stratoshark policy',
              version,
              rules: Object.entries(rules).map(([id, text]) => ({ id, shortDescription: { text } })),
            },
          },
          results: results.map(({ ruleId, level, message, file, range }) => ({
            ruleId,
            level,
            message: { text: message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uri(file) },
                  ...(range === undefined
                    ? {}
                    : {
                        region: {
                          startLine: range.start.line,
                          startColumn: range.start.column,
                          endLine: range.end.line,
                          endColumn: range.end.column,
                        },
                      }),
                },
              },
            ],
          })),
        },
      ],
    },
    undefined,
    2,
  );
}
