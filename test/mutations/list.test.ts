import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { all } from './all.ts';

it('the list of mutations fits the code: each stands in one place of its file, and its tests are there', () => {
  const stale = all
    .filter(({ file, find }) => !existsSync(file) || readFileSync(file, 'utf8').split(find).length !== 2)
    .map(({ name, file }) => `${name} (${file})`);
  expect(stale).toEqual([]);
  expect(all.map(({ tests }) => tests).filter((path) => !existsSync(path))).toEqual([]);
});

it('each mutation has a name of its own', () => {
  const names = all.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
