/** Programs of this machine, found as a shell finds them but started without one. */
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Path of an executable file of this name in the folders of PATH; relative folders are passed over. */
export function findProgram(name: string, searchPath: string, extensions: readonly string[] = process.platform === 'win32' ? ['.exe'] : ['']): string | undefined {
  return searchPath.split(delimiter).filter(isAbsolute)
    .flatMap((folder) => extensions.map((extension) => join(folder, name + extension)))
    .find(isExecutable);
}

/**
 * Starts a program that goes on without us, with arguments that arrive as they are: there is no shell.
 * Rejects with the system's error where it cannot be started.
 */
export function startProgram(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore' });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

/** What Wireshark opens a capture with: the file's name is the value of an option, so that nothing in it is taken for one. */
export const wiresharkArguments = (file: string): readonly string[] => ['-r', file];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
