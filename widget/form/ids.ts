import type { Values } from './values.ts';

/**
 * Names a form's values. Unchanged values keep their id when they are sent again; changed ones get a new id.
 */
export class Ids {
  #last: { readonly values: string; readonly id: string } | undefined;

  of(fields: Values): string {
    const values = String(new URLSearchParams(fields));
    if (this.#last?.values !== values) this.#last = { values, id: makeId() };
    return this.#last.id;
  }
}

/** 128 random bits. `crypto.randomUUID` does not exist on pages served over plain http. */
function makeId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
