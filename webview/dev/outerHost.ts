/**
 * A host outside the page (test/page/enginePage.ts): messages go by two functions as JSON with bytes in base64.
 * Keys go to it as VS Code takes them: it has the key bindings of package.json.
 */
declare global {
  interface Window {
    /** Provided by the driver of the browser. */
    hostSend: (json: string) => void;
    hostReceive: (json: string) => void;
    hostKey: (key: string) => void;
  }
}

document.body.className = `vscode-${new URLSearchParams(location.search).get('theme') ?? 'dark'}`;

interface Base64 {
  readonly base64: string;
}

const isBase64 = (value: unknown): value is Base64 => typeof value === 'object' && value !== null && 'base64' in value;

const revive = (_key: string, value: unknown): unknown =>
  (isBase64(value) ? Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0)) : value);

window.hostReceive = (json) => { window.postMessage(JSON.parse(json, revive) as unknown, '*'); };

window.addEventListener('keydown', (event) => {
  const modifiers = [event.ctrlKey ? 'ctrl' : '', event.altKey ? 'alt' : '', event.shiftKey ? 'shift' : ''];
  window.hostKey([...modifiers, event.key.toLowerCase()].filter((part) => part !== '').join('+'));
});

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => { window.hostSend(JSON.stringify(message)); },
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
    setState: (state: unknown) => { sessionStorage.setItem('state', JSON.stringify(state)); },
  }),
});
