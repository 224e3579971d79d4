import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * A password, key or token. Printed, serialised or interpolated, it yields its fingerprint. Only `reveal`
 * returns the text, so a search for `reveal` finds every place where a secret leaves the process.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  /** The first 6 hex digits of a keyed hash: enough to tell two secrets apart, too little to guess one. */
  get fingerprint(): string {
    return createHmac('sha256', 'rasa-signup fingerprint').update(this.#text).digest('hex').slice(0, 6);
  }

  toString(): string {
    return `[secret ${this.fingerprint}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Where a secret was read from: the variable, and the file if the variable names one. */
export interface SecretSource {
  readonly variable: string;
  readonly file?: string;
}
