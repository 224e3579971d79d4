import { join } from 'node:path';
import { readIfThere, realFiles, replaceFile } from '../system/files.ts';
import type { ApiKeys } from './api-keys.ts';
import type { ApiKey, State } from './state.ts';

export interface FirstKey {
  readonly firstKey: 'made' | 'given' | 'kept';
  readonly apiKey: string | undefined;
}

export interface OwnKeysDeps {
  readonly dir: string;
  readonly state: State;
  readonly given: string | undefined;
  readonly randomUUID: () => string;
}

/**
 * The keys that the proxy of this sandbox signs in with: the one given, else the one in the file `api-key`,
 * which is readable only by its owner, like a mounted secret. At the very first start one is made and written
 * there. If the file is deleted, none is made again; a person creates one on the page. Where the key is
 * revoked, the next one that is created, or was created since the start, takes its place in the file.
 */
export class OwnKeys {
  readonly #deps: OwnKeysDeps;
  readonly #path: string;
  /** In the order in which they are tried. */
  readonly #texts: string[] = [];
  #apiKeys: Pick<ApiKeys, 'find' | 'adopt'> | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(deps: OwnKeysDeps) {
    this.#deps = deps;
    this.#path = join(deps.dir, 'api-key');
  }

  /** Ensures that there is a usable key. */
  async settle(apiKeys: Pick<ApiKeys, 'find' | 'adopt'>): Promise<FirstKey> {
    this.#apiKeys = apiKeys;
    const { given, state, randomUUID } = this.#deps;
    const text = (await readIfThere(realFiles, this.#path))?.trim();
    const kept = text === '' ? undefined : text;
    if (given !== undefined) {
      this.#texts.push(given, ...(kept === undefined ? [] : [kept]));
      await apiKeys.adopt(given, 'Given at the start');
      return { firstKey: 'given', apiKey: given };
    }
    if (!state.isNew) {
      if (kept !== undefined) this.#texts.push(kept);
      return { firstKey: 'kept', apiKey: kept };
    }
    // The file is written first: if the process dies in between, the next start finds the key and adopts it.
    const apiKey = kept ?? randomUUID();
    if (kept === undefined) await this.#write(apiKey);
    this.#texts.push(apiKey);
    await apiKeys.adopt(apiKey, 'First key');
    return { firstKey: kept === undefined ? 'made' : 'kept', apiKey };
  }

  /** The texts in the order in which they are tried; also those that were revoked. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** The key that the proxy signs in with, or will: the first that is not revoked. */
  get current(): Readonly<ApiKey> | undefined {
    return this.#texts.map((text) => this.#apiKeys?.find(text)).find((entry) => entry !== undefined);
  }

  /** Calls back whenever a key was created. */
  onCreated(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A key was created, with this text, or one was revoked. */
  async follow(created?: string): Promise<void> {
    if (created !== undefined) this.#texts.push(created);
    const current = this.#texts.find((text) => this.#apiKeys?.find(text) !== undefined);
    if (current !== undefined && current !== this.#deps.given) await this.#write(current);
    if (created !== undefined) for (const listener of this.#listeners) listener();
  }

  async #write(key: string): Promise<void> {
    await replaceFile(realFiles, this.#path, `${key}\n`);
  }
}
