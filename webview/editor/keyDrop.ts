/** A TLS key log dropped on the page. The browser tells the text, never the path. */
import { isKeyLog, kMostKeyLogBytes } from '../../src/base/keyLog.ts';
import type { KeyLogText } from '../../src/contract/editor.ts';

interface Acts {
  readonly add: (log: KeyLogText) => void;
  readonly refuse: (cause: string) => void;
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/** Takes key logs dropped anywhere on the page. */
export function takeDroppedKeys(target: EventTarget, acts: Acts): void {
  target.addEventListener('dragover', (event) => {
    const drag = event as DragEvent;
    if (hasFiles(drag)) {
      drag.preventDefault();
      if (drag.dataTransfer !== null) {
        drag.dataTransfer.dropEffect = 'copy';
      }
    }
  });
  target.addEventListener('drop', (event) => {
    const drag = event as DragEvent;
    if (hasFiles(drag)) {
      drag.preventDefault();
      void takeAll([...drag.dataTransfer?.files ?? []], acts);
    }
  });
}

async function takeAll(files: readonly File[], { add, refuse }: Acts): Promise<void> {
  for (const file of files) {
    const text = file.size <= kMostKeyLogBytes ? await file.text().catch(() => '') : '';
    if (isKeyLog(text)) {
      add({ name: file.name, text });
    } else {
      refuse(`${file.name} holds no TLS keys.`);
    }
  }
}
