import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readForms } from '../server/config/forms-file/read.ts';
import { settings } from '../server/config/settings.ts';
import { languages } from '../server/forms/languages.ts';
import { problem } from '../server/http/problem.ts';
import { en } from '../shared/messages/en.ts';
import type { ProblemCode } from '../shared/signup.ts';
import { createManifest, elementOf } from '../widget/build/package/manifest.ts';
import { withTables } from '../widget/build/package/readme.ts';
import { fieldMembers, fieldTypes, formMembers } from './helpers/forms/forms-schema.ts';
import { readmeBlocks, readmeSection } from './helpers/readme.ts';
import { startSandbox } from './helpers/server/sandbox.ts';

/** The rows of a table of the README, cell by cell. */
function rowsOf(section: string): string[][] {
  return readmeSection(section)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}

const unquoted = (cell = '') => cell.replace(/^`|`$/g, '');

describe('the README', () => {
  it('names every language', () => {
    const names = new Intl.DisplayNames('en', { type: 'language' });
    const [, listed = ''] = /speak (.*?), each/.exec(readmeSection('languages').replaceAll('\n', ' ')) ?? [];
    expect(listed.split(/, | and /)).toEqual(languages.map(({ lang }) => names.of(lang)).sort());
  });
});

describe('the forms file of the README', () => {
  it('is one that the proxy takes', () => {
    const [text = ''] = readmeBlocks('jsonc');
    expect(readForms(text, { thankYouPages: [] })).toMatchObject({
      is: 'read',
      specs: [{ id: 'newsletter' }, { id: 'fair' }],
    });
  });

  it('is explained member by member, as its schema does', () => {
    const told = (section: string) => rowsOf(section).map(([name, ...rest]) => [unquoted(name), ...rest]);
    expect(told('form members')).toEqual(formMembers());
    expect(told('field members')).toEqual(fieldMembers());
    expect(told('field types')).toEqual(fieldTypes());
  });
});

describe('the tables of the README', () => {
  it('say of the element what its source says; `npm run readme` writes them', () => {
    const readme = readFileSync('README.md', 'utf8');
    expect(readme).toBe(withTables(readme, elementOf(createManifest())));
  });

  it('list every environment variable with its default and its meaning', () => {
    const rows = rowsOf('settings');
    expect(rows.map(([name, , about]) => [unquoted(name), about])).toEqual(
      Object.entries(settings).map(([name, { about }]) => [name, about]),
    );
    for (const [name, shown] of rows) {
      const { schema } = settings[unquoted(name) as keyof typeof settings];
      const text = shown === '' ? undefined : unquoted(shown);
      expect(schema.parse(text), name).toEqual(schema.parse(undefined));
    }
  });

  it('list every problem with its status', () => {
    const codes = Object.keys(en.texts.problems).filter((code) => code !== 'unreachable') as ProblemCode[];
    expect(rowsOf('problems').map(([status, code]) => [Number(status), unquoted(code)])).toEqual(
      codes.map((code) => [problem(code).status, code]),
    );
  });

  it('list faults that the sandbox understands', async () => {
    const { putFaults } = await startSandbox();
    const rows = rowsOf('faults');
    expect(rows.length).toBeGreaterThan(5);
    for (const [told] of rows) {
      const { status, body } = await putFaults(JSON.parse(unquoted(told)));
      expect(status, `${told ?? ''} ${JSON.stringify(body)}`).toBeLessThan(300);
    }
  });
});
