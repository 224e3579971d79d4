import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Env } from '../../../server/config/config.ts';
import { ask } from '../sites/visitor.ts';
import { startService } from './service.ts';
import { directoryInMemory } from './temporary-dir.ts';

/** A mail that the sandbox caught, with what a person finds in it. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly lang: string;
  readonly unsubscribe: string;
  /** The link of the button, and the six digits. */
  readonly link: string;
  readonly code: string;
}

const soon = { interval: 20 };

export type FileForm = Readonly<Record<string, unknown>>;

/** The product with forms that ask for confirmation; the sandbox catches its mails. */
export async function startDoubleOptIn(
  form: FileForm = {},
  env: Env = {},
  others: Readonly<Record<string, FileForm>> = {},
) {
  const dir = await directoryInMemory();
  const file = join(dir, 'forms.json');
  const letter = { confirm: 'always', title: 'The Harbour Letter', fields: ['email', 'first_name'], ...form };
  await writeFile(file, JSON.stringify({ forms: { letter, ...others } }));
  const service = await startService({ FORMS_FILE: file, DATA_DIR: dir, ...env });
  const sandbox = service.sandbox;
  if (!sandbox) throw new Error('There is no sandbox.');

  const send = async (path: string, fields: Readonly<Record<string, string>>, headers = {}) => {
    const {
      status,
      body,
      headers: got,
    } = await ask(service.url + path, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        origin: service.url,
        ...headers,
      },
      body: String(new URLSearchParams(fields)),
    });
    const isJson = got['content-type']?.includes('json') === true;
    return {
      status,
      text: body,
      json: (isJson ? JSON.parse(body) : {}) as Readonly<Record<string, unknown>>,
    };
  };
  const letters = async (to?: string): Promise<readonly Letter[]> => {
    const all = (await (await fetch(`${sandbox.url}/sandbox/mail`)).json()) as Omit<
      Letter,
      'link' | 'code'
    >[];
    return all
      .filter((one) => to === undefined || one.to === to)
      .map((one) => ({
        ...one,
        link: /https?:\S+\/confirm\/\S+/.exec(one.text)?.[0] ?? '',
        code: /\b\d{6}\b/.exec(one.text)?.[0] ?? '',
      }))
      .reverse();
  };
  return {
    ...service,
    sandbox,
    formsFile: file,
    send,
    letters,
    signUp: async (email: string, fields = {}, headers = {}) => {
      const { status, json } = await send('/forms/letter', { email, ...fields }, headers);
      return { status, json, ticket: String(json['ticket']) };
    },
    /** The `count`th letter to this address, once it has come. */
    letterTo: (to: string, count = 1) =>
      vi.waitFor(async () => {
        const letter = (await letters(to))[count - 1];
        if (!letter) throw new Error(`No letter ${count} to ${to}.`);
        return letter;
      }, soon),
    waits: (ticket: string, more = {}) => send('/forms/letter/confirmation', { ticket, ...more }),
  };
}
