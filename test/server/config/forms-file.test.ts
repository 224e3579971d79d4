import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ConfigError, readConfig } from '../../../server/config/config.ts';
import { wordsOf } from '../../../server/config/forms-file/faults.ts';
import { jsonSchema } from '../../../server/config/forms-file/form-schema.ts';
import { readForms } from '../../../server/config/forms-file/read.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import { mutated, rightFile } from '../../helpers/forms/forms-file.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { ask } from '../../helpers/sites/visitor.ts';
import { choices } from './forms-file-faults/choices.ts';
import { file } from './forms-file-faults/file.ts';
import { limits } from './forms-file-faults/limits.ts';
import { names } from './forms-file-faults/names.ts';
import { policies } from './forms-file-faults/policies.ts';
import { syntax } from './forms-file-faults/syntax.ts';
import { texts } from './forms-file-faults/texts.ts';
import { wording } from './forms-file-faults/wording.ts';

const options = { thankYouPages: ['https://www.example.com/shared/'] };

const faultyMembers = [...file, ...texts, ...policies, ...names, ...wording, ...limits, ...choices];

/** The faults reported for a file, without the file's name. */
function saysOf(text: string): readonly string[] {
  const read = readForms(text, options);
  return read.is === 'read' ? [] : read.faults.map((fault) => wordsOf('', fault).slice(1));
}

async function formsFile(text: string): Promise<string> {
  const path = join(await temporaryDir(), 'forms.json');
  await writeFile(path, text);
  return path;
}

describe('a forms file', () => {
  it('without faults is accepted', () => {
    expect(saysOf(mutated('', rightFile))).toEqual([]);
  });

  it('may have comments, trailing commas and a byte order mark', () => {
    const text = '\ufeff// Ours\n{ "forms": { /* one */ "newsletter": { "fields": ["email",], }, }, }\n';
    expect(saysOf(text)).toEqual([]);
  });

  it('has a fault for each of more than 200 mistakes', () => {
    expect(faultyMembers.length + syntax.length).toBeGreaterThan(200);
  });

  it.each(faultyMembers)('is refused if %s is %j', (path, value, says) => {
    expect(saysOf(mutated(path, value))).toEqual(says);
  });

  it.each(syntax)('is refused if its text is %j', (text, says) => {
    expect(saysOf(text)).toEqual(says);
  });

  it('with thousands of brackets or several megabytes is refused without a crash', () => {
    for (const depth of [32, 1500, 3000, 5000, 100_000]) {
      expect(saysOf(`${'['.repeat(depth)}${']'.repeat(depth)}`), String(depth)).toHaveLength(1);
      expect(saysOf(`${'{"forms":'.repeat(depth)}1${'}'.repeat(depth)}`).length).toBeGreaterThan(0);
    }
    expect(saysOf(`\n${'['.repeat(40)}${']'.repeat(40)}`)).toEqual([
      '2:34: found brackets nested more than 32 levels deep, wanted forms, fields and their texts.',
    ]);
    expect(saysOf(`"${'a'.repeat(1024 * 1024)}"`)[0]).toMatch(/wanted at most 1048576 characters/);
  });

  it('that is not a forms file at all has its first hundred faults listed and the others counted', () => {
    const members = Array.from({ length: 50_000 }, (_member, i) => `"m${i}":1`).join(',\n');
    const says = saysOf(`{"forms":{"a":{"fields":["email"]}},\n${members}}`);
    expect(says).toHaveLength(101);
    expect(says[0]).toMatch(/^2:1: m0: found an unknown member/);
    expect(says.at(-1)).toBe('1:1: found 49900 more faults, wanted these fixed first.');
  });

  it('with faults in two forms has them all reported at once, with those of the configuration', async () => {
    const forms = { one: { fields: ['first_name'] }, two: { fields: ['email'], rates: { form: '3' } } };
    const file = await formsFile(JSON.stringify({ forms }));
    const read = () => readConfig({ FORMS_FILE: file, PORT: 'x' });
    expect(read).toThrow(ConfigError);
    for (const words of [/forms\.one\.fields/, /forms\.two\.rates\.form/, /PORT: found "x"/]) {
      expect(read).toThrow(words);
    }
  });

  it('that does not exist is reported with its path', () => {
    expect(() => readConfig({ FORMS_FILE: '/nowhere/forms.json' })).toThrow(
      /FORMS_FILE: found "\/nowhere\/forms\.json", wanted a file that can be read/,
    );
  });

  it('whose form lists its own origins needs no ALLOWED_ORIGINS', async () => {
    const credentials = { RASA_USERNAME: 'u', RASA_PASSWORD: 'p', RASA_API_KEY: 'k' };
    const origins = ['https://www.example.com'];
    const file = await formsFile(JSON.stringify({ forms: { one: { fields: ['email'], origins } } }));
    expect(() => readConfig({ ...credentials, FORMS_FILE: file })).not.toThrow();
    expect(() => readConfig(credentials)).toThrow(/ALLOWED_ORIGINS/);
  });
});

describe('the published schema', () => {
  it('is the schema that files are checked with', async () => {
    expect(JSON.parse(await readFile('docs/forms.schema.json', 'utf8'))).toEqual(jsonSchema());
  });

  it('is served by the proxy', async () => {
    const { url } = await startService();
    const { status, headers, body } = await ask(`${url}/forms.schema.json`);
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/schema+json; charset=utf-8',
    });
    expect(JSON.parse(body)).toEqual(jsonSchema());
  });

  it('describes the purpose of each member', () => {
    const undescribed: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [name, member] of Object.entries(schema)) {
        if (name === 'properties') {
          for (const [key, value] of Object.entries(member as Record<string, Record<string, unknown>>)) {
            if (value['description'] === undefined && value['not'] === undefined)
              undescribed.push(`${path}.${key}`);
          }
        }
        walk(member, `${path}.${name}`);
      }
    };
    walk(jsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});

describe('while the proxy runs', () => {
  const formOf = (...names: string[]) =>
    JSON.stringify({ forms: { newsletter: { fields: ['email', ...names] }, second: { fields: ['email'] } } });

  async function startWith(text: string) {
    const file = await formsFile(text);
    const service = await startService({ FORMS_FILE: file });
    const definition = async (id = 'newsletter') =>
      JSON.parse((await ask(`${service.url}/forms/${id}`)).body) as FormDefinition;
    /** Atomically, as editors and deployments write files. */
    const write = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    const reload = () => {
      service.reload();
    };
    return { ...service, file, write, definition, reload };
  }

  const post = (url: string, fields: Record<string, string>) =>
    ask(`${url}/forms/newsletter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });

  it('a changed file is reloaded, and a faulty one is refused while the previous forms stay', async () => {
    const { write, definition, log } = await startWith(formOf());
    await write(formOf('first_name'));
    await vi.waitFor(async () => {
      expect((await definition()).fields.map(({ name }) => name)).toEqual(['email', 'first_name']);
    });
    await write('{ "forms": { "newsletter": { "fields": ["emial"] } } }');
    await vi.waitFor(() => {
      expect(log()).toContain('the previous ones stay in force');
    });
    expect(log()).toContain('forms.newsletter.fields[0]: found \\"emial\\", wanted email');
    expect((await definition()).fields).toHaveLength(2);
    await write(formOf('last_name'));
    await vi.waitFor(async () => {
      expect((await definition()).fields.map(({ name }) => name)).toEqual(['email', 'last_name']);
    });
  });

  it('a form that no page may embed is refused, as at start-up', async () => {
    const sandbox = await startSandbox();
    const origins = ['https://www.example.com'];
    const file = await formsFile(JSON.stringify({ forms: { newsletter: { fields: ['email'], origins } } }));
    const service = await startService({
      ...credentialsFor(sandbox),
      ALLOWED_ORIGINS: '',
      FORMS_FILE: file,
    });
    await writeFile(file, formOf());
    service.reload();
    expect(service.log()).toContain('the previous ones stay in force');
    expect(service.log()).toContain('ALLOWED_ORIGINS: found nothing');
    expect((await ask(`${service.url}/forms/second`)).status).toBe(404);
  });

  it('SIGHUP reloads the file at once', async () => {
    const { file, definition, reload } = await startWith(formOf());
    await writeFile(file, formOf('last_name'));
    reload();
    expect((await definition()).fields).toHaveLength(2);
  });

  it('a visitor with the form open can still sign up, and a removed form says that it is gone', async () => {
    const { url, file, definition, reload } = await startWith(formOf('first_name'));
    await definition('second');
    await writeFile(file, JSON.stringify({ forms: { newsletter: { fields: ['email'] } } }));
    reload();
    expect((await post(url, { email: 'ada@example.com', first_name: 'Ada' })).status).toBe(202);
    expect((await post(url, { email: 'ada@example.com', nickname: 'Ada' })).status).toBe(422);
    expect(await definition('second')).toMatchObject({ code: 'no_such_form' });
  });

  it('no request is dropped when the file changes', async () => {
    const { url, write, log } = await startWith(formOf());
    const done = new AbortController();
    const changes = (async () => {
      for (let i = 0; i < 10; i++) {
        await write(formOf(...(i % 2 === 0 ? ['first_name'] : [])));
        const reads = () => log().split('were read again').length - 1;
        await vi.waitFor(() => {
          expect(reads()).toBe(i + 1);
        });
      }
      done.abort();
    })();
    const statuses = new Map<number, number>();
    let sent = 0;
    const visitors = Array.from({ length: 4 }, async () => {
      while (!done.signal.aborted) {
        const { status } = await post(url, { email: `person-${sent++}@example.com` });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    await changes;
    await Promise.all(visitors);
    expect([...statuses.keys()]).toEqual([202]);
    expect(sent).toBeGreaterThan(20);
  });
});
