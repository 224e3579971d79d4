import { EventEmitter } from 'node:events';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { z } from 'zod';
import { readIfThere, realFiles } from '../system/files.ts';
import { replacedFile } from '../system/synced-adapter.ts';

const apiKeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  firstCharacters: z.string(),
  sha256: z.string(),
  created: z.iso.datetime(),
  lastUsed: z.iso.datetime().nullable(),
  revoked: z.iso.datetime().nullable(),
});

const nightSchema = z.object({
  at: z.number(),
  archived: z.number(),
  returned: z.number(),
  added: z.number(),
  /** How many live contacts there were afterwards. */
  live: z.number(),
});

const stateSchema = z.object({
  version: z.literal(1),
  apiKeys: z.array(apiKeySchema),
  revocationKillsTokens: z.boolean(),
  /** The codes of the account's segments; `null` where any code is taken. */
  segments: z.array(z.string()).nullable().default(null),
  nightly: z
    .object({ keep: z.array(z.string()), at: z.string() })
    .nullable()
    .default(null),
  /** Nights up to this time are over, in ms. */
  nightsDoneUntil: z.number().default(0),
  /** Newest first. */
  nights: z.array(nightSchema).default([]),
  /** What the sandbox's clock is ahead of the machine's, in ms. */
  clockOffsetMs: z.number().default(0),
});

/** An API key as the sandbox keeps it: never its text, which is shown once, when the key is made. */
export type ApiKey = z.infer<typeof apiKeySchema>;

export type StateData = z.infer<typeof stateSchema>;

/** What a restart keeps beside the contacts. Tokens and faults are not part of it. */
export interface State {
  readonly data: StateData;
  /** Whether this folder has never held a sandbox; true until the first save. */
  readonly isNew: boolean;
  /** Emits `change` with every save and every change of contacts, for pages that are being looked at. */
  readonly changes: EventEmitter<{ change: [] }>;
  /** Resolves once the current data, or newer data, is on disk. */
  save(): Promise<void>;
}

/**
 * Opens `state.json` in a folder that it creates with access for its owner only. A file that does not contain
 * a sandbox's state is moved aside, never overwritten, and a `StateFileError` gives its new path; opening
 * again then starts with an empty state.
 */
export async function openState(dir: string, now: () => number): Promise<State> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, 'state.json');
  const found = await readState(path);
  if (found && !found.success) {
    const asidePath = join(dir, `state.set-aside-${new Date(now()).toISOString().replaceAll(':', '-')}.json`);
    await rename(path, asidePath);
    throw new StateFileError(path, asidePath, found.reason);
  }
  const db = new Low(
    replacedFile<StateData>({ path, files: realFiles, stringify: (data) => JSON.stringify(data, null, 2) }),
    found?.data ?? emptyState(),
  );
  const changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  return {
    data: db.data,
    isNew: found === undefined,
    changes,
    save() {
      changes.emit('change');
      return db.write();
    },
  };
}

/** The state file is damaged or of another version. `asidePath` is the path it was moved to. */
export class StateFileError extends Error {
  readonly asidePath: string;

  constructor(path: string, asidePath: string, reason: string) {
    super(
      `${path} does not hold a sandbox's state: ${reason}. It was moved to ${asidePath}. ` +
        'Start again for an empty sandbox, or repair that file and move it back.',
    );
    this.name = 'StateFileError';
    this.asidePath = asidePath;
  }
}

function emptyState(): StateData {
  return stateSchema.parse({ version: 1, apiKeys: [], revocationKillsTokens: false });
}

type Found =
  { readonly success: true; readonly data: StateData } | { readonly success: false; readonly reason: string };

async function readState(path: string): Promise<Found | undefined> {
  const json = await readIfThere(realFiles, path);
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message quotes the file.
    return { success: false, reason: 'it is not JSON' };
  }
  const parsed = stateSchema.safeParse(value);
  if (parsed.success) return parsed;
  const issue = parsed.error.issues[0];
  return { success: false, reason: issue ? `at "${issue.path.join('.')}", ${issue.message}` : 'invalid' };
}
