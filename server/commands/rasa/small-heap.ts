import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * For commands that pass on a list of any length a few rows at a time, when what they need is loaded. Young
 * objects keep the room that they have by then, in place of 32 MB. Garbage is collected now, and later when
 * the heap has grown by a third of what is in use: by itself V8 waits for twice as much, and for the first
 * time for more. And undici's parser of HTTP, one large function of WebAssembly, is not optimised while it
 * runs, which takes 35 MB for a moment, and saves nothing at rasa.io's pace. To be said again when a thread
 * has started, which sets the first flag anew.
 */
export function keepHeapSmall(): void {
  for (const flag of flags) setFlagsFromString(flag);
  const collect = runInNewContext('gc') as () => void;
  collect();
}

const flags: readonly string[] = [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=30',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  '--expose-gc',
];
