import { appendFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchFiles } from '../../../server/system/watch-files.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

/** Two files that are watched; `told` counts, once the first look has been. */
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

it('tells of a file that is written, replaced, made or deleted', async () => {
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

it('does not tell of a file that was only touched', async () => {
  const { one, two, told, toldOnce } = await watchTwo();
  await utimes(one, 1, 1);
  await writeFile(one, 'content');
  await writeFile(two, 'the end of it');
  await toldOnce();
  expect(told).toHaveBeenCalledTimes(1);
});

it('waits until what is being written comes to rest', async () => {
  const { one, told, toldOnce } = await watchTwo(100);
  const end = performance.now() + 500;
  while (performance.now() < end) await appendFile(one, 'more');
  expect(told).not.toHaveBeenCalled();
  await toldOnce();
});
