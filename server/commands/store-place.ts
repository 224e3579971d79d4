import { readConfig, type Env } from '../config/config.ts';
import type { StorePlace } from '../outbox/place.ts';

/** Where the store is. No other variable is read: no credentials are required. */
export function storePlaceOf(env: Env): StorePlace {
  const names = ['DATABASE_URL', 'DATABASE_POOL', 'OUTBOX_KEY', 'OUTBOX_KEY_PREVIOUS'];
  const chosen = ['DATA_DIR', ...names, ...names.map((name) => `${name}_FILE`)];
  const { dataDir, store } = readConfig(Object.fromEntries(chosen.map((name) => [name, env[name]])));
  return { dataDir, ...store };
}
