/** Programs of this machine, found as a shell finds them but started without one. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Path of an executable file of this name in the folders of PATH; relative folders are passed over. */
export function findProgram(name: string, searchPath: string, extensions: readonly string[] = process.platform === 'win32' ? ['.exe'] : ['']): string | undefined {
  return searchPath.split(delimiter).filter(isAbsolute)
    .flatMap((folder) => extensions.map((extension) => join(folder, name + extension)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
