import { toHex } from '../hex.ts';
import { thisPage, type Values } from './values.ts';

/** What goes out beside the values: the last ones go out again under the same id, changed ones under a new one. */
export class Envelope {
  #last: { readonly values: string; readonly id: string } | undefined;

  of(fields: Values): Values {
    const values = JSON.stringify(fields);
    if (this.#last?.values !== values) this.#last = { values, id: makeId() };
    const page = thisPage();
    return { id: this.#last.id, ...(page && { page }) };
  }
}

/** 128 random bits. `crypto.randomUUID` would do, but does not exist on pages served over plain http. */
function makeId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
