import { toHex } from '../hex.ts';
import type { Values } from './values.ts';

/**
 * Adds the id to a form's values. Unchanged values keep their id when they are sent again;
 * changed ones get a new id.
 */
export class Envelope {
  #last: { readonly values: string; readonly id: string } | undefined;

  of(fields: Values): Values {
    const values = String(new URLSearchParams(fields));
    if (this.#last?.values !== values) this.#last = { values, id: makeId() };
    return { id: this.#last.id };
  }
}

/** 128 random bits. `crypto.randomUUID` does not exist on pages served over plain http. */
function makeId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
