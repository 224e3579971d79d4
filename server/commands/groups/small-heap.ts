import { setFlagsFromString } from 'node:v8';

/**
 * For commands that pass on a list of any length a few rows at a time, before what they need is loaded. Young
 * objects keep the room that they have by then, in place of 32 MB. Garbage is collected when the heap has
 * grown by a third of what is in use: by itself V8 waits for twice as much. And undici's parser of HTTP, one
 * large function of WebAssembly, is not optimised while it runs, which takes 35 MB for a moment, and saves
 * nothing at rasa.io's pace.
 */
export function keepHeapSmall(): void {
  for (const flag of flags) setFlagsFromString(flag);
}

const flags: readonly string[] = [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=30',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
];
