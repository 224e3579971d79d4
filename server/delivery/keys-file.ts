import { join } from 'node:path';
import { Low } from 'lowdb';
import type { Logger } from 'pino';
import { z } from 'zod';
import { readIfThere, realFiles, type Files } from '../system/files.ts';
import { pause } from '../system/pause.ts';
import { replacedFile } from '../system/synced-adapter.ts';

/**
 * `keys.json` in DATA_DIR: how the running proxy's credentials stand, for commands in other processes. It names
 * variables and files and tells keys apart by fingerprints; no secret is in it. It is an aid for people: the proxy
 * never reads it, and where it cannot be written deliveries go on.
 */
const keysSchema = z.object({
  version: z.literal(1),
  /** Of the process that wrote it. */
  pid: z.number(),
  writtenAt: z.iso.datetime(),
  api: z.enum(['v1', 'v2']),
  /** `untried` until the first mint, `refused` while no set works. */
  credentials: z.enum(['untried', 'working', 'refused']),
  sets: z.array(
    z.object({
      number: z.number(),
      source: z.object({ variable: z.string(), file: z.string().optional() }),
      fingerprint: z.string(),
      state: z.enum(['in use', 'standby', 'retired']),
      /** With `retired`: when it gets another turn. */
      retiredUntil: z.iso.datetime().optional(),
      lastUse: z.iso.datetime().optional(),
      lastRefusal: z.object({ at: z.iso.datetime(), status: z.number() }).optional(),
    }),
  ),
});

export type Keys = Readonly<z.infer<typeof keysSchema>>;
/** What changes of it. */
export type KeysState = Pick<Keys, 'credentials' | 'sets'>;

export interface KeysFile {
  /** Writes now what has changed. */
  note(): void;
  close(): Promise<void>;
}

export interface KeysFileOptions {
  readonly dataDir: string;
  readonly pid: number;
  readonly api: Keys['api'];
  readonly state: () => KeysState;
  readonly log: Logger;
  /** Between two writes of what nobody noted, such as the last use. */
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
      if (!isFailing) log.warn({ err: error }, 'keys.json cannot be written; what it says is out of date.');
      isFailing = true;
    }
  }

  function snapshot(): Keys {
    return { version: 1, pid, writtenAt: new Date(now()).toISOString(), api, ...state() };
  }
}

/** What the proxy of this directory last wrote; `undefined` where there is nothing, or nothing of this version. */
export async function readKeysFile(dataDir: string, files: Files = realFiles): Promise<Keys | undefined> {
  const text = await readIfThere(files, pathIn(dataDir));
  if (text === undefined) return undefined;
  try {
    return keysSchema.parse(JSON.parse(text));
  } catch {
    // The file is replaced as a whole, so this is somebody else's; the next write of the proxy mends it.
    return undefined;
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'keys.json');
}
