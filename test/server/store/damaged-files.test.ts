import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../server/store/open-store.ts';
import { addSignup, idsIn, openTestStore, quiet } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

const database = 'rasa-signup.db';
const wal = `${database}-wal`;
const index = `${database}-shm`;

let ids: readonly string[] = [];
let killedDir = '';
let stoppedDir = '';

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'damaged-'));
  [killedDir, stoppedDir] = [`${dataDir}-killed`, `${dataDir}-stopped`];
  const store = await openStore({ dataDir, log: quiet });
  const added: string[] = [];
  for (let n = 0; n < 20; n++) added.push(await addSignup(store));
  cpSync(dataDir, killedDir, { recursive: true });
  await store.close();
  cpSync(dataDir, stoppedDir, { recursive: true });
  rmSync(dataDir, { recursive: true });
  ids = added;
});

afterAll(() => {
  for (const dir of [killedDir, stoppedDir]) rmSync(dir, { recursive: true, force: true });
});

/** The files of a process that was killed: its last commits are in the log only. */
async function killed(): Promise<string> {
  return copyOf(killedDir);
}

/** The files of a process that was stopped. */
async function stopped(): Promise<string> {
  return copyOf(stoppedDir);
}

async function copyOf(dir: string): Promise<string> {
  const copy = await temporaryDir();
  cpSync(dir, copy, { recursive: true });
  return copy;
}

function contentOf(dataDir: string): Buffer {
  return Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
}

const lostLog: readonly (readonly [what: string, harm: (path: string) => void])[] = [
  [
    'is gone',
    (path) => {
      rmSync(path);
    },
  ],
  [
    'is empty',
    (path) => {
      truncateSync(path, 0);
    },
  ],
  [
    'ends in its header',
    (path) => {
      truncateSync(path, 16);
    },
  ],
  [
    'ends after its header',
    (path) => {
      truncateSync(path, 32);
    },
  ],
  [
    'lost its second half',
    (path) => {
      truncateSync(path, statSync(path).size >> 1);
    },
  ],
  [
    'lost its last bytes',
    (path) => {
      truncateSync(path, statSync(path).size - 1000);
    },
  ],
  [
    'is all zeros',
    (path) => {
      writeFileSync(path, Buffer.alloc(statSync(path).size));
    },
  ],
];

describe('after a kill', () => {
  test.each(lostLog)(
    'a log that %s is refused: its index knows of commits that are lost',
    async (_, harm) => {
      const dataDir = await killed();
      harm(join(dataDir, wal));
      const before = contentOf(dataDir);
      await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason: 'damaged' });
      expect(contentOf(dataDir).equals(before)).toBe(true);
    },
  );

  test('the rest opens once the operator has moved log and index away', async () => {
    const dataDir = await killed();
    truncateSync(join(dataDir, wal), 16);
    for (const name of [wal, index]) renameSync(join(dataDir, name), join(dataDir, `${name}.away`));
    expect(await addSignup(await openTestStore({ dataDir }))).toBeTypeOf('string');
  });

  test.each([
    [
      'is gone',
      (path: string) => {
        rmSync(path);
      },
    ],
    [
      'holds something else',
      (path: string) => {
        writeFileSync(path, Buffer.alloc(32_768, 0xa5));
      },
    ],
  ])('an index that %s loses nothing', async (_, harm) => {
    const dataDir = await killed();
    harm(join(dataDir, index));
    expect(await idsIn(await openTestStore({ dataDir }))).toEqual(ids);
  });
});

describe('a database file', () => {
  test.each([
    [
      'is empty',
      (path: string) => {
        truncateSync(path, 0);
      },
      'damaged',
    ],
    [
      'is gone',
      (path: string) => {
        rmSync(path);
      },
      'damaged',
    ],
    [
      'lost its second half',
      (path: string) => {
        truncateSync(path, statSync(path).size >> 1);
      },
      'damaged',
    ],
    [
      'is all zeros',
      (path: string) => {
        writeFileSync(path, Buffer.alloc(statSync(path).size));
      },
      'damaged',
    ],
  ])('that %s is not replaced by a new one', async (_, harm, reason) => {
    const dataDir = await stopped();
    harm(join(dataDir, database));
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason });
    // Nor at the next start.
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ reason });
  });

  test.each([
    [
      'a directory',
      (path: string) => {
        mkdirSync(path);
      },
    ],
    [
      'a link to a file that is not there',
      (path: string) => {
        symlinkSync('/not/mounted/x.db', path);
      },
    ],
  ])('is not %s', async (_, put) => {
    const dataDir = await stopped();
    rmSync(join(dataDir, database));
    put(join(dataDir, database));
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({
      name: 'StoreRefused',
      message: expect.stringContaining(database) as string,
    });
  });

  test('may be a link, and have another name', async () => {
    const dataDir = await stopped();
    const path = join(dataDir, database);
    renameSync(path, join(dataDir, 'elsewhere.db'));
    linkSync(join(dataDir, 'elsewhere.db'), join(dataDir, 'another.db'));
    symlinkSync('elsewhere.db', path);
    expect(await idsIn(await openTestStore({ dataDir }))).toEqual(ids);
  });
});

test.each([
  [
    'a directory',
    (path: string) => {
      mkdirSync(path);
    },
  ],
  [
    'a link to a file that is not there',
    (path: string) => {
      symlinkSync('/not/mounted/key', path);
    },
  ],
])('a key file that is %s is refused by name', async (_, put) => {
  const dataDir = await stopped();
  rmSync(join(dataDir, 'store-key'));
  put(join(dataDir, 'store-key'));
  await expect(openTestStore({ dataDir })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringContaining('store-key') as string,
  });
});

test('a DATA_DIR that is a file is refused by name', async () => {
  const path = join(await temporaryDir(), 'data');
  writeFileSync(path, '');
  await expect(openTestStore({ dataDir: path })).rejects.toMatchObject({
    name: 'StoreRefused',
    message: expect.stringContaining('DATA_DIR') as string,
  });
});
