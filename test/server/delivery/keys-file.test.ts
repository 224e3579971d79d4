import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readKeysFile, startKeysFile, type KeysState } from '../../../server/delivery/keys-file.ts';
import { testFiles } from '../../helpers/server/files.ts';
import { recordLog } from '../../helpers/server/outbox.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

async function keysFile() {
  const dataDir = await temporaryDir();
  const files = testFiles();
  const { log, lines } = recordLog();
  let state: KeysState = { credentials: 'untried', sets: [] };
  const file = startKeysFile({ dataDir, pid: 1, api: 'v1', state: () => state, log, files, intervalMs: 10 });
  onTestFinished(() => file.close());
  return {
    files,
    log: lines,
    file,
    path: join(dataDir, 'keys.json'),
    become: (credentials: KeysState['credentials']) => {
      state = { ...state, credentials };
    },
    says: (credentials: KeysState['credentials']) =>
      vi.waitFor(async () => {
        expect(await readKeysFile(dataDir)).toMatchObject({ version: 1, pid: 1, credentials });
      }),
    read: () => readKeysFile(dataDir),
    writes: () => files.events.filter(({ did }) => did === 'rename').length,
  };
}

it('is written at start, on a change and at the end, and not otherwise', async () => {
  const { file, become, says, writes } = await keysFile();
  await says('untried');
  become('working');
  await says('working');
  expect(writes()).toBe(2);
  become('refused');
  await file.close();
  await says('refused');
  expect(writes()).toBe(3);
});

it('is reported once if it cannot be written, and is up to date again once it can', async () => {
  const { files, log, become, says } = await keysFile();
  await says('untried');
  files.fault = { did: 'write', code: 'ENOSPC' };
  become('working');
  await vi.waitFor(() => {
    expect(log()).toContain('keys.json cannot be written');
  });
  files.fault = undefined;
  await says('working');
  expect(log().match(/cannot be written/g)).toHaveLength(1);
});

it.each(['', '{', '{"version":2}', '[]'])('reads as undefined with the content %j', async (text) => {
  const { file, read, path } = await keysFile();
  await file.close();
  await writeFile(path, text);
  expect(await read()).toBeUndefined();
});

it('reads as undefined if it does not exist', async () => {
  expect(await readKeysFile(await temporaryDir())).toBeUndefined();
});
