import { join } from 'node:path';
import { readIfThere, realFiles, replaceFile } from '../system/files.ts';
import type { ApiKeys } from './api-keys.ts';
import type { State } from './state.ts';

export interface FirstKey {
  readonly firstKey: 'made' | 'given' | 'kept';
  readonly apiKey: string | undefined;
}

interface FirstKeyDeps {
  readonly dir: string;
  readonly state: State;
  readonly apiKeys: ApiKeys;
  readonly given: string | undefined;
  readonly randomUUID: () => string;
}

/**
 * Ensures that there is a usable key: the one given, or else one created at the very first start and stored
 * in the file `api-key`, readable only by its owner, like a mounted secret. If that file is deleted, no
 * second key is created; a new one is created on the page.
 */
export async function settleFirstKey({
  dir,
  state,
  apiKeys,
  given,
  randomUUID,
}: FirstKeyDeps): Promise<FirstKey> {
  if (given !== undefined) {
    await apiKeys.adopt(given, 'Given at the start');
    return { firstKey: 'given', apiKey: given };
  }
  const path = join(dir, 'api-key');
  const text = (await readIfThere(realFiles, path))?.trim();
  const kept = text === '' ? undefined : text;
  if (!state.isNew) return { firstKey: 'kept', apiKey: kept };

  // The file is written first: if the process dies in between, the next start finds the key and adopts it.
  const apiKey = kept ?? randomUUID();
  if (kept === undefined) await replaceFile(realFiles, path, `${apiKey}\n`);
  await apiKeys.adopt(apiKey, 'First key');
  return { firstKey: kept === undefined ? 'made' : 'kept', apiKey };
}
