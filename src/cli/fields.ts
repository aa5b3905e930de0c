/** `stratoshark fields [--json]`: every field and protocol of the registry. */
import type { FieldInfo } from '../contract/capture.ts';
import type { Native } from '../engine/native.d.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';

export function fieldsCommand(native: Native, argv: readonly string[], io: CommandIo): number {
  const unknown = argv.find((a) => a !== '--json');
  if (unknown !== undefined) throw new CommandError(`fields takes only --json, not "${unknown}".`, exit.usage);
  const json = native.fields();
  if (argv.includes('--json')) {
    io.out(`${json}\n`);
    return exit.ok;
  }
  const fields = JSON.parse(json) as readonly FieldInfo[];
  io.out(fields.map((f) => `${f.name}\t${f.type}\t${f.label}\n`).join(''));
  return exit.ok;
}
