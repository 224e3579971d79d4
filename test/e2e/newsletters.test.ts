import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { en } from '../../shared/messages/en.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { deferred } from '../helpers/deferred.ts';
import { formsFile } from '../helpers/forms/operators-forms.ts';
import { partOf, startRelay } from '../helpers/server/relay.ts';
import { startSandbox, type TestSandbox } from '../helpers/server/sandbox.ts';
import {
  credentialsFor,
  guardedIntake,
  openIntake,
  readContact,
  readContacts,
  startService,
} from '../helpers/server/service.ts';
import { serve } from '../helpers/sites/serve.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const accounts = ['harbour', 'engine-room', 'lighthouse'];
const soon = { timeout: 15_000, interval: 50 };

const titles = {
  name: 'titles',
  type: 'newsletters',
  label: { en: 'Which newsletters?', de: 'Welche Newsletter?' },
  required: true,
  options: [
    { account: 'harbour', label: { en: 'The Harbour', de: 'Der Hafen' } },
    { account: 'engine-room', label: { en: 'The Engine Room', de: 'Der Maschinenraum' } },
    { account: 'lighthouse', label: { en: 'The Lighthouse', de: 'Der Leuchtturm' }, value: 'light' },
  ],
};

/** One address of rasa.io's API, as in production: each account is told by its key, and then by its token. */
async function serveApi(sandboxes: readonly TestSandbox[]): Promise<string> {
  const owners = new Map(sandboxes.map((sandbox) => [sandbox.credentials.apiKey, sandbox]));
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const {
      'rasa-token': token,
      authorization = '',
      'content-type': type = 'application/json',
    } = request.headers;
    const key = typeof token === 'string' ? token : (JSON.parse(body) as { key: string }).key;
    const sandbox = owners.get(key);
    const answer = await fetch(`${sandbox?.url ?? ''}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization,
        'content-type': type,
        ...(typeof token === 'string' && { 'rasa-token': token }),
      },
      ...(body !== '' && { body }),
    });
    const answered = await answer.text();
    const minted = /"rasa-token":"([^"]+)"/.exec(answered.replaceAll(/\s/g, ''))?.[1];
    if (minted !== undefined && sandbox) owners.set(minted, sandbox);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
  };
  return serve((request, response) => void pass(request, response));
}

/**
 * The product with three accounts, a form that offers all of them, and a page elsewhere with that form or
 * with `fallback` in it.
 */
async function start({
  changes = {},
  form = {},
  env = {},
  fallback = '',
}: {
  readonly changes?: object;
  readonly form?: object;
  readonly env?: Env;
  readonly fallback?: string;
} = {}) {
  const sandboxes = await Promise.all(accounts.map(() => startSandbox()));
  const credentials = accounts.flatMap((name, at): [string, string | undefined][] => {
    const { RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY } = credentialsFor(sandboxes[at] ?? fail());
    const prefix = `RASA_${name.toUpperCase().replace('-', '_')}__`;
    return [
      [`${prefix}USERNAME`, RASA_USERNAME],
      [`${prefix}PASSWORD`, RASA_PASSWORD],
      [`${prefix}API_KEY`, RASA_API_KEY],
    ];
  });
  let html = '';
  const site = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  const fields = ['email', { ...titles, ...changes }];
  const service = await startService({
    ...guardedIntake,
    ...(await formsFile({ all: { account: 'harbour', languages: ['en', 'de'], fields, ...form } })),
    RASA_BASE_URL: await serveApi(sandboxes),
    ACCOUNTS: accounts.join(),
    ALLOWED_ORIGINS: site,
    ...Object.fromEntries(credentials),
    ...env,
  });
  html = `<!doctype html><html lang="en"><title>A page</title><body>
    <script async src="${service.url}/embed.js"></script>
    <rasa-signup src="${service.url}/forms/all">${fallback}</rasa-signup></body></html>`;
  const arrived = async (email: string) => {
    const all = await Promise.all(sandboxes.map(readContacts));
    return accounts.filter((_, at) => all[at]?.some((contact) => contact['email'] === email));
  };
  const arrives = (email: string, wanted: readonly string[]) =>
    vi.waitFor(async () => {
      expect(await arrived(email)).toEqual(wanted);
    }, soon);
  /** Whether the contact is subscribed, in each account that has it. */
  const statesOf = async (email: string) => {
    const states = await Promise.all(
      sandboxes.map(async (sandbox, at) => {
        const found = (await readContacts(sandbox)).find((contact) => contact['email'] === email);
        const { is_subscribed: state } = found ? await readContact(sandbox, found['id']) : {};
        return found ? [[accounts[at], state] as const] : [];
      }),
    );
    return Object.fromEntries(states.flat()) as Readonly<Record<string, unknown>>;
  };
  return { ...service, site, arrived, arrives, statesOf };
}

function fail(): never {
  throw new Error('There is no sandbox.');
}

async function open(
  address: string,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const page = await browser.newPage({ locale: 'en-GB' });
  onTestFinished(() => page.close());
  const complaints = complaintsOf(page);
  await page.goto(address);
  return { page, complaints };
}

const submit = (page: Page) => page.getByRole('button', { name: 'Subscribe' }).click();
const thanks = (page: Page) => page.getByRole('heading', { name: en.texts.acceptedTitle }).waitFor();

describe('a form that offers several newsletters', () => {
  it('adds the contact to the ticked ones, with one sign-up, one answer and one proof', async () => {
    const { site, arrives, figures } = await start();
    const { page, complaints } = await open(site);
    await page.getByRole('group', { name: 'Which newsletters?' }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(3);
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
    expect(await page.getByRole('combobox').count()).toBe(0);
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.postData() ?? '');
    });
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByRole('checkbox', { name: 'The Engine Room' }).check();
    await page.getByRole('checkbox', { name: 'The Lighthouse' }).check();
    await submit(page);
    await thanks(page);
    await arrives('ada@example.com', ['engine-room', 'lighthouse']);
    expect(posts.map((post) => new URLSearchParams(post).get('titles'))).toEqual(['engine-room,light']);
    expect(figures()).toMatchObject({ outbox: { waiting: 0, deadLetters: 0 } });
    expect(complaints).toEqual([]);
  });

  it('asks for one at least, keeps what was ticked in another language, and unticks', async () => {
    const { site, arrives } = await start();
    const { page } = await open(site);
    const harbour = page.getByRole('checkbox', { name: 'The Harbour' });
    await page.getByLabel('Email address').fill('bob@example.com');
    await submit(page);
    await vi.waitFor(async () => {
      expect(
        await page.evaluate('document.querySelector("rasa-signup").shadowRoot.activeElement?.value'),
      ).toBe('harbour');
    }, soon);
    const group = page.getByRole('group', { name: 'Which newsletters?' });
    expect(await group.getAttribute('aria-invalid')).toBe('true');
    const error = page.getByText('Please choose one.');
    await error.waitFor();
    await harbour.check();
    await error.waitFor({ state: 'hidden' });
    await page.getByRole('checkbox', { name: 'The Engine Room' }).check();
    await harbour.uncheck();
    await page.evaluate('document.querySelector("rasa-signup").setAttribute("lang", "de")');
    const engines = page.getByRole('checkbox', { name: 'Der Maschinenraum' });
    await engines.waitFor();
    expect(await engines.isChecked()).toBe(true);
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1);
    // As Firefox's translator: comments are gone.
    await page.evaluate(`{
      const root = document.querySelector('rasa-signup').shadowRoot;
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
      const found = [];
      while (walker.nextNode()) found.push(walker.currentNode);
      for (const comment of found) comment.remove();
    }`);
    await page.getByRole('checkbox', { name: 'Der Leuchtturm' }).check();
    await page.getByRole('button', { name: 'Abonnieren' }).click();
    await arrives('bob@example.com', ['engine-room', 'lighthouse']);
  });

  it('where one need not be ticked, the form’s own account gets the contact in any case', async () => {
    const { site, arrives } = await start({ changes: { required: false } });
    const { page } = await open(site);
    await page.getByLabel('Email address').fill('cyd@example.com');
    await submit(page);
    await thanks(page);
    await arrives('cyd@example.com', ['harbour']);
    await page.reload();
    await page.getByLabel('Email address').fill('dan@example.com');
    await page.getByRole('checkbox', { name: 'The Lighthouse' }).check();
    await submit(page);
    await thanks(page);
    await arrives('dan@example.com', ['harbour', 'lighthouse']);
  });

  it('where the boxes are blocked, one newsletter can be chosen', async () => {
    const { site, arrives } = await start();
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.route('**/newsletters.js*', (route) => route.abort());
    await page.goto(site);
    await page.getByLabel('Email address').fill('eve@example.com');
    await page.getByRole('combobox', { name: 'Which newsletters?' }).selectOption('The Engine Room');
    await submit(page);
    await thanks(page);
    await arrives('eve@example.com', ['engine-room']);
  });

  it('takes over what was ticked in the plain form that it replaces', async () => {
    const boxes = ['harbour', 'engine-room', 'light'].map(
      (value) => `<label><input type="checkbox" name="titles" value="${value}">${value}</label>`,
    );
    const { site, arrives } = await start({ fallback: `<form>${boxes.join('')}<input name="email"></form>` });
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const held = deferred<undefined>();
    await page.route('**/embed.js', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(site, { waitUntil: 'commit' });
    await page.getByLabel('engine-room').check();
    await page.locator('[name=email]').fill('fay@example.com');
    held.resolve(undefined);
    await page.getByRole('group', { name: 'Which newsletters?' }).waitFor();
    await submit(page);
    await thanks(page);
    await arrives('fay@example.com', ['engine-room']);
  });

  it('works without scripts: ticks survive a mistake, and the page names them before the last click', async () => {
    const { url, arrives } = await start({ env: { PLAIN_LEAST_AGE: 'off' } });
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`${url}/forms/all`);
    await page.getByLabel('Email address').fill('gus@example.com');
    await submit(page);
    await page.getByText('Please choose one.').waitFor();
    await page.getByLabel('The Harbour').check();
    await page.getByLabel('The Lighthouse').check();
    // A browser's check is not the proxy's.
    await page.getByLabel('Email address').fill('gus@example');
    await submit(page);
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2);
    await page.getByLabel('Email address').fill('gus@example.com');
    await submit(page);
    await page.getByText('The Harbour, The Lighthouse').waitFor();
    await page.getByRole('button', { name: 'Yes, sign me up' }).click();
    await arrives('gus@example.com', ['harbour', 'lighthouse']);
  });
});

describe('a form that offers several newsletters, and has to be confirmed', () => {
  /** The product with a mail relay; a letter is the text of the mail that arrived there. */
  async function startConfirmed(env: Env = {}) {
    const relay = await startRelay();
    const service = await start({
      form: { confirm: 'always' },
      env: { SMTP_URL: relay.url.reveal(), MAIL_FROM: 'news@example.com', ...env },
    });
    const letter = (at = 0) =>
      vi.waitFor(() => {
        const mail = relay.received[at];
        if (!mail) throw new Error('No mail has come.');
        return partOf(mail, 'text/plain');
      }, soon);
    return { ...service, letter, mails: () => relay.received.length };
  }

  it('adds the contact to the ticked ones with one mail and one click, and to none before', async () => {
    const { site, arrived, arrives, letter, mails } = await startConfirmed();
    const { page, complaints } = await open(site);
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByRole('checkbox', { name: 'The Harbour' }).check();
    await page.getByRole('checkbox', { name: 'The Lighthouse' }).check();
    await submit(page);
    await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
    const link = /https?:\S+\/confirm\/\S+/.exec(await letter())?.[0] ?? '';
    expect(await arrived('ada@example.com')).toEqual([]);
    const mailed = await open(link);
    await mailed.page.getByRole('button', { name: 'Yes, sign me up' }).click();
    await arrives('ada@example.com', ['harbour', 'lighthouse']);
    // The form that waits has seen it.
    await page.bringToFront();
    await page.getByLabel('Code from the message').waitFor({ state: 'detached' });
    expect([mails(), complaints, mailed.complaints]).toEqual([1, [], []]);
  });

  it('the page to leave has a button for each newsletter, which ends that one alone, and one for all', async () => {
    const { url, site, arrives, statesOf, letter } = await startConfirmed(openIntake);
    const email = 'ada@example.com';
    const post = async (address: string, fields: Readonly<Record<string, string>>) => {
      const body = new URLSearchParams(fields);
      expect((await fetch(address, { method: 'POST', headers: { origin: site }, body })).ok).toBe(true);
    };
    await post(`${url}/forms/all`, { email, titles: 'harbour,light' });
    await post(/https?:\S+\/confirm\/\S+/.exec(await letter())?.[0] ?? '', {});
    await arrives(email, ['harbour', 'lighthouse']);
    await post(`${url}/leave`, { email });
    const link = /https?:\S+\/leave\/\S+/.exec(await letter(1))?.[0] ?? '';
    const { page, complaints } = await open(link);
    const off = (title: string) => page.getByRole('button', { name: `Unsubscribe from “${title}”` });
    expect(await page.getByRole('button', { name: /^Unsubscribe/ }).count()).toBe(2);
    await off('The Lighthouse').click();
    await page.getByText('You are unsubscribed from “The Lighthouse”.').waitFor();
    expect([await off('The Lighthouse').count(), await off('The Harbour').count()]).toEqual([0, 1]);
    await expect.poll(() => statesOf(email), soon).toEqual({ harbour: 1, lighthouse: 0 });
    await page.getByRole('button', { name: 'Delete everything about me' }).click();
    expect(await statesOf(email)).toEqual({ harbour: 1, lighthouse: 0 });
    await page.getByRole('button', { name: 'Yes, delete everything' }).click();
    await page.getByRole('heading', { name: /being deleted/ }).waitFor();
    await expect.poll(() => statesOf(email), soon).toEqual({});
    expect(complaints).toEqual([]);
  });

  it('by the route: the code of the mail counts for all of them, once', async () => {
    const { url, arrived, arrives, letter, mails } = await startConfirmed({ BOT_MODE: 'off' });
    const send = async (path: string, fields: Readonly<Record<string, string>>) => {
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(fields),
      });
      return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
    };
    const signedUp = await send('/forms/all', { email: 'bob@example.com', titles: 'engine-room,light' });
    expect(signedUp).toMatchObject({ status: 202, body: { ticket: expect.any(String) as string } });
    const code = /\b\d{6}\b/.exec(await letter())?.[0] ?? '';
    expect(await arrived('bob@example.com')).toEqual([]);
    const ticket = String(signedUp.body['ticket']);
    for (let again = 0; again < 2; again++) {
      expect(await send('/forms/all/confirmation', { ticket, code })).toMatchObject({ status: 200 });
    }
    await arrives('bob@example.com', ['engine-room', 'lighthouse']);
    expect(mails()).toBe(1);
  });
});
