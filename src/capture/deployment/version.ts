/** Whether agents and extension are of one version. Pure. */

/** One sentence where they are not; undefined where they are. `agent` is '' where it does not say. */
export function versionTrouble(agent: string, own: string): string | undefined {
  if (agent === own) return undefined;
  if (agent === '') return 'The agent does not say its version, so it is older than this extension: run "Upgrade Agent…".';
  return isOlder(agent, own)
    ? `The agent is version ${agent}, this extension ${own}: run "Upgrade Agent…".`
    : `The agent is version ${agent}, newer than this extension (${own}): update the extension.`;
}

function isOlder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < 3; at++) {
    const [x, y] = [a?.[at] ?? 0, b?.[at] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}
