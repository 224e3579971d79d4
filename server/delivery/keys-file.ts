import { join } from 'node:path';
import { Low } from 'lowdb';
import type { Logger } from 'pino';
import { z } from 'zod';
import { readIfThere, realFiles, type Files } from '../system/files.ts';
import { pause } from '../system/pause.ts';
import { replacedFile } from '../system/synced-adapter.ts';

/**
 * `keys.json` in DATA_DIR: the state of the running proxy's credentials, for commands in other processes. It
 * names variables and files and identifies keys by fingerprint; it contains no secret. The file is for
 * information only: the proxy never reads it, and deliveries continue if it cannot be written.
 */
const keysSchema = z.object({
  version: z.literal(1),
  /** The process that wrote the file. */
  pid: z.number(),
  writtenAt: z.iso.datetime(),
  api: z.enum(['v1', 'v2']),
  /** `untried` until the first token request, `refused` while no set works. */
  credentials: z.enum(['untried', 'working', 'refused']),
  sets: z.array(
    z.object({
      number: z.number(),
      source: z.object({ variable: z.string(), file: z.string().optional() }),
      fingerprint: z.string(),
      state: z.enum(['in use', 'standby', 'retired']),
      /** With `retired`: when the set is tried again. */
      retiredUntil: z.iso.datetime().optional(),
      lastUse: z.iso.datetime().optional(),
      lastRefusal: z.object({ at: z.iso.datetime(), status: z.number() }).optional(),
    }),
  ),
});

export type Keys = Readonly<z.infer<typeof keysSchema>>;
/** The parts that change while the proxy runs. */
export type KeysState = Pick<Keys, 'credentials' | 'sets'>;

export interface KeysFile {
  /** Writes the state at once if it has changed. */
  note(): void;
  close(): Promise<void>;
}

export interface KeysFileOptions {
  readonly dataDir: string;
  readonly pid: number;
  readonly api: Keys['api'];
  readonly state: () => KeysState;
  readonly log: Logger;
  /**
   * Time between two checks for changes that were not reported with `note`, such as the last use; in
   * ms, default 5000.
   */
  readonly intervalMs?: number | undefined;
  readonly files?: Files;
  readonly now?: () => number;
}

export function startKeysFile({
  dataDir,
  pid,
  api,
  state,
  log,
  intervalMs = 5000,
  files = realFiles,
  now = Date.now,
}: KeysFileOptions): KeysFile {
  const closing = new AbortController();
  const stringify = (keys: Keys) => `${JSON.stringify(keys, null, 2)}\n`;
  const db = new Low<Keys>(replacedFile({ path: pathIn(dataDir), files, stringify }), snapshot());
  let written: string | undefined;
  let isFailing = false;
  const running = run();

  return {
    note() {
      void write();
    },
    async close() {
      closing.abort();
      await running;
      await write();
    },
  };

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await write();
      await pause(intervalMs, closing.signal);
    }
  }

  async function write(): Promise<void> {
    const text = JSON.stringify(state());
    if (text === written) return;
    written = text;
    db.data = snapshot();
    try {
      await db.write();
      isFailing = false;
    } catch (error) {
      written = undefined;
      if (!isFailing) log.warn({ err: error }, 'keys.json cannot be written; its content is out of date.');
      isFailing = true;
    }
  }

  function snapshot(): Keys {
    return { version: 1, pid, writtenAt: new Date(now()).toISOString(), api, ...state() };
  }
}

/**
 * The state last written by the proxy that uses this directory. `undefined` if there is no file, or none
 * of this version.
 */
export async function readKeysFile(dataDir: string, files: Files = realFiles): Promise<Keys | undefined> {
  const text = await readIfThere(files, pathIn(dataDir));
  if (text === undefined) return undefined;
  try {
    return keysSchema.parse(JSON.parse(text));
  } catch {
    // Not a partial write, since the file is replaced atomically: another program wrote it. The proxy's next
    // write repairs it.
    return undefined;
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'keys.json');
}
