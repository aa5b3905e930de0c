/** The theme colours that package.json contributes, as VS Code would set them; the development pages only. */
import manifest from '../../package.json';

const themes = { 'vscode-dark': 'dark', 'vscode-light': 'light', 'vscode-high-contrast': 'highContrast' } as const;

const sheet = document.createElement('style');
sheet.textContent = Object.entries(themes).map(([body, theme]) => {
  const variables = manifest.contributes.colors.map(({ id, defaults }) => `--vscode-${id.replace('.', '-')}: ${defaults[theme]};`);
  return `body.${body} { ${variables.join(' ')} }`;
}).join('\n');
document.head.append(sheet);
