import { appendFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchFiles } from '../../../server/system/watch-files.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

/** Two watched files. `told` counts the reports after the one for the first check. */
async function watchTwo(intervalMs = 10) {
  const dir = await temporaryDir();
  const [one, two] = [join(dir, 'one'), join(dir, 'two')];
  await writeFile(one, 'content');
  const told = vi.fn();
  const stop = new AbortController();
  const watching = watchFiles({ paths: () => [one, two], onChange: told, intervalMs, stop: stop.signal });
  onTestFinished(() => {
    stop.abort();
    return watching;
  });
  await vi.waitFor(() => {
    expect(told).toHaveBeenCalledTimes(1);
  });
  told.mockClear();
  const toldOnce = () =>
    vi.waitFor(() => {
      expect(told).toHaveBeenCalledTimes(1);
    });
  return { one, two, told, toldOnce };
}

it('reports a file that is written, replaced, created or deleted', async () => {
  const { one, two, told, toldOnce } = await watchTwo();
  const steps = [
    () => writeFile(one, 'changed'),
    () => writeFile(two, 'new'),
    () => rename(two, one),
    () => writeFile(one, 'new'.toUpperCase()),
    () => rm(one),
  ];
  for (const step of steps) {
    told.mockClear();
    await step();
    await toldOnce();
  }
});

it('does not report a file whose modification time alone has changed', async () => {
  const { one, two, told, toldOnce } = await watchTwo();
  await utimes(one, 1, 1);
  await writeFile(one, 'content');
  await writeFile(two, 'the end of it');
  await toldOnce();
  expect(told).toHaveBeenCalledTimes(1);
});

it('waits until a file is no longer being written', async () => {
  const { one, told, toldOnce } = await watchTwo(100);
  const end = performance.now() + 500;
  while (performance.now() < end) await appendFile(one, 'more');
  expect(told).not.toHaveBeenCalled();
  await toldOnce();
});
