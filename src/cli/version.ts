/** `--version`: the program, and what eBPF can do on this machine, each program tried. */
import { release } from 'node:os';
import type { EbpfFeature } from '../contract/owner.ts';
import type { Native } from '../engine/native.d.ts';

/** One line per feature; one for all where all fail for the same reason. */
export function ebpfLines(features: readonly EbpfFeature[], kernel: string): readonly string[] {
  const [first] = features;
  if (first !== undefined && features.every(({ works, reason }) => !works && reason === first.reason)) {
    return [`eBPF on ${kernel}: no: ${first.reason}`];
  }
  const width = Math.max(...features.map(({ name }) => name.length));
  return [
    `eBPF on ${kernel}:`,
    ...features.map(({ name, purpose, works, reason }) => `  ${works ? 'yes' : 'no '}  ${name.padEnd(width)}  ${purpose}${works ? '' : `: ${reason}`}`),
  ];
}

export function versionText(native: Native): string {
  const version = native.version();
  const lines = [
    `stratoshark ${version} (engine ${version}, node ${process.version}, ${process.platform}-${process.arch})`,
    ...ebpfLines(JSON.parse(native.ebpfFeatures()) as readonly EbpfFeature[], `${process.platform} ${release()}`),
  ];
  return `${lines.join('\n')}\n`;
}
