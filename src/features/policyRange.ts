/** The analysis' ranges as VS Code's. */
import * as vscode from 'vscode';
import type { TextRange } from '../contract/policy.ts';

export const toRange = ({ start, end }: TextRange): vscode.Range => new vscode.Range(start.line, start.character, end.line, end.character);
