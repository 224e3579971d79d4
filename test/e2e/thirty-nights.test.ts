import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runSurvival } from '../../server/commands/handover/survival.ts';
import { destinationOf } from '../../server/config/accounts/destination.ts';
import { readConfig, type Env } from '../../server/config/config.ts';
import { Tokens } from '../../server/contacts/tokens.ts';
import { DeadLetters } from '../../server/outbox/dead-letters.ts';
import type { Destination } from '../../server/outbox/signup.ts';
import { sameSql, type Database } from '../../server/store/database.ts';
import { DeliveredContacts } from '../../server/survival/delivered-contacts.ts';
import { readAddresses } from '../../server/survival/report.ts';
import { runCli, startCli } from '../helpers/server/cli.ts';
import { createKey, revokeKey } from '../helpers/server/keys.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox, type TestSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { openTestStore } from '../helpers/server/store.ts';
import { temporaryDir } from '../helpers/server/temporary-dir.ts';

/** `SOAK=1`: ten thousand sign-ups, and every fault some times. */
const isSoak = process.env['SOAK'] !== undefined;
const nights = 30;
const people = isSoak ? 10_000 : 300;
const perDay = { forms: Math.round(people / 60), applications: Math.round(people / 120) };
/** Days on which a file is imported, with what is left of the people. */
const importDays = isSoak ? [2, 7, 12, 17, 22, 27] : [4, 19];
const perFile = Math.ceil((people - nights * (perDay.forms + perDay.applications)) / importDays.length);
/**
 * Days on which the proxy is killed, and ones on which an import is, both at once on the same day. Whoever
 * comes after them waits for ten seconds.
 */
const kills = { proxy: isSoak ? [3, 7, 9, 10, 16, 24] : [19], import: isSoak ? importDays : [19] };
/** Days on which the key is exchanged. */
const rotations = [6, 14, 25];
/** Days on which rasa.io answers 503 to everything. */
const outages = [8, 9, 20];
/** Days on which it is compared who is still there: in an outage that takes six seconds. */
const comparisons = days((day) => day % 2 === 0 && (isSoak || day !== 20));
/** Nights after which the list of the customer is all that there is: who is not of a member's domain goes. */
const replacements = [2, 5, 8, 11, 13, 17, 20, 23, 28];
/** Nights with a list on which everybody stands who was ever there. */
const returns = [15];
/** Days on which somebody unsubscribes, who is sent again by an application and by every later file. */
const unsubscriptions = [3, 18];

function days(isMeant: (day: number) => boolean): readonly number[] {
  return Array.from({ length: nights }, (_, index) => index + 1).filter(isMeant);
}

const dayMs = 24 * 60 * 60_000;
const soon = { timeout: 120_000, interval: 200 };
/** For what is to be caught in the middle. */
const often = { ...soon, interval: 10 };

interface Removed {
  readonly id: string;
  readonly archived_date: string;
}

/** Why somebody is not subscribed, and when that happened. */
interface Cause {
  readonly is: 'archived' | 'unsubscribed' | 'refused';
  /** To the hour, ISO 8601. */
  readonly hour: string;
  readonly rasaId: string;
}

/** Every process of the product takes its time from here. Theirs goes on by itself from there. */
async function openClock() {
  const dir = await temporaryDir();
  const [file, module] = [join(dir, 'offset'), join(dir, 'clock.mjs')];
  let offsetMs = 0;
  await writeFile(file, '0');
  await writeFile(
    module,
    `import { readFileSync } from 'node:fs';
     const Real = Date;
     const now = () => Real.now() + Number(readFileSync(${JSON.stringify(file)}, 'latin1'));
     globalThis.Date = class Date extends Real {
       constructor(...given) { super(...(given.length > 0 ? given : [now()])); }
       static now() { return now(); }
     };`,
  );
  return {
    env: { NODE_OPTIONS: `--import=${module}` },
    now: () => Date.now() + offsetMs,
    async move(byMs: number) {
      offsetMs += byMs;
      await writeFile(`${file}.new`, String(offsetMs));
      await rename(`${file}.new`, file);
    },
  };
}

const hourOf = (time: string | number) => new Date(time).toISOString().slice(0, 13);

async function start() {
  const clock = await openClock();
  const sandbox = await startSandbox({ now: clock.now });
  const tell = async (method: string, path: string, body: object) => {
    const response = await fetch(sandbox.url + path, { method, body: JSON.stringify(body) });
    expect(response.status).toBe(200);
  };
  const keyFile = join(await temporaryDir(), 'api-key');
  const dataDir = await temporaryDir();
  let keys = 0;
  const exchangeKey = async () => {
    await writeFile(`${keyFile}.new`, await createKey(sandbox, `key ${++keys}`), { mode: 0o600 });
    await rename(`${keyFile}.new`, keyFile);
    if (keys > 1) await revokeKey(sandbox, `key ${keys - 1}`);
  };
  await exchangeKey();
  const env: Env = {
    ...credentialsFor(sandbox),
    ...clock.env,
    RASA_API_KEY: undefined,
    RASA_API_KEY_FILE: keyFile,
    RASA_MIN_INTERVAL_MS: '0',
    // In the end each contact's fate is asked for, one by one.
    RATE_TOKEN: 'off',
    CONTACTS_REFRESH: '1s',
    DATA_DIR: dataDir,
    KEEP_FOR_HANDOVER: '90d',
  };
  let product = await startProduct(env);
  const database = await openTestStore({ dataDir });
  const token = await new Tokens({ database }).create({
    name: 'shop',
    account: 'main',
    scopes: ['contacts:write', 'contacts:read'],
    validForMs: undefined,
  });
  const api = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${product.url}/api/contacts${path}`, {
      method,
      headers: { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  const survival = async (csv?: string) => {
    let stderr = '';
    const code = await runSurvival({
      database,
      config: readConfig(env),
      csv,
      streams: { stdout: { write: () => undefined }, stderr: { write: (text) => (stderr += text) } },
      stop: new AbortController().signal,
      now: clock.now,
    });
    return { code, stderr };
  };
  return {
    sandbox: {
      ...sandbox,
      put: (path: string, body: object) => tell('PUT', path, body),
      post: (path: string, body: object) => tell('POST', path, body),
    },
    clock,
    env,
    database,
    destination: destinationOf(readConfig(env).accounts[0]),
    exchangeKey,
    api,
    survival,
    setFaults: (isAway: boolean, nightly: object | null = null) =>
      tell('PUT', '/sandbox/faults', {
        nightly,
        revocationKillsTokens: true,
        refuse: { emails: ['*@refused.test'], error: 'Blocked' },
        ...(isAway && { answer: { on: 'all', status: 503 } }),
      }),
    async signUp(emails: readonly string[]) {
      for (let from = 0; from < emails.length; from += 20) {
        const answers = emails.slice(from, from + 20).map((email) =>
          fetch(`${product.url}/forms/newsletter`, {
            method: 'POST',
            body: new URLSearchParams({ email }),
          }),
        );
        for (const { status } of await Promise.all(answers)) expect(status).toBe(202);
      }
    },
    async kill() {
      await product.stop('SIGKILL');
      product = await startProduct(env);
    },
    /** What was tried in an outage is tried again some hours later. */
    delivered: () =>
      vi.waitFor(async () => {
        const rows = await database.read({ sql: sameSql('select id from signups limit 1') });
        if (rows.length > 0) await clock.move(5 * 60_000);
        expect(rows, product.output().slice(-2000)).toEqual([]);
      }, soon),
  };
}

it(
  `${people} sign-ups of ${nights} nights are subscribed in the end, or each has one cause and hour`,
  async () => {
    const at = await start();
    const { sandbox, clock, env, database, destination, api, survival } = at;
    const all = new Set<string>();
    const sent = new Map<string, string>();
    const left = new Map<string, readonly string[]>();
    const newcomer = (day: number, way: string, index: number) => {
      const domain = index % 3 === 0 ? 'member.example' : 'site.example';
      const email = `${way}-${day}-${index}@${(day + index) % 40 === 0 ? 'refused.test' : domain}`;
      all.add(email);
      return email;
    };
    const someOf = (day: number, way: string, count: number) =>
      Array.from({ length: count }, (_, index) => newcomer(day, way, index));
    const send = async (emails: readonly string[]) => {
      const { results } = await api(
        'POST',
        '',
        emails.map((email) => ({ email })),
      );
      (results as { readonly id: string }[]).forEach(({ id }, index) => sent.set(id, emails[index] ?? ''));
    };
    const importFile = async (day: number) => {
      const path = join(await temporaryDir(), `day-${day}.csv`);
      await writeFile(path, `email\n${[...someOf(day, 'file', perFile), ...left.keys()].join('\n')}\n`);
      const args = ['contacts', 'import', path, '--yes', '--no-wait'];
      if (kills.import.includes(day)) {
        const stored = sameSql('select rows from imports');
        const before = await database.read({ sql: stored });
        const first = startCli(args, env);
        await vi.waitFor(async () => {
          expect(await database.read({ sql: stored })).not.toEqual(before);
        }, often);
        await first.stop('SIGKILL');
        if (kills.proxy.includes(day)) await at.kill();
      }
      const { code, stdout, stderr } = await runCli(args, env);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ left_alone: { count: left.size }, refused: { count: 0 } });
    };

    for (let day = 1; day <= nights; day++) {
      const isAway = outages.includes(day);
      await at.setFaults(isAway);
      await at.signUp(someOf(day, 'form', perDay.forms));
      await send(someOf(day, 'api', perDay.applications));
      if (rotations.includes(day)) await at.exchangeKey();
      if (kills.proxy.includes(day) && !kills.import.includes(day)) await at.kill();
      if (importDays.includes(day)) await importFile(day);
      if (day % 3 === 0 && !isAway) await at.delivered();
      if (unsubscriptions.includes(day)) {
        await at.delivered();
        const email = `form-${day}-0@member.example`;
        const before = clock.now();
        await sandbox.post('/sandbox/unsubscribe', { email });
        left.set(email, [hourOf(before), hourOf(clock.now())]);
        // The proxy reads the changes of the list, so that the application is told.
        await vi.waitFor(async () => {
          const sql = sameSql(`select id from people where subscription = 'unsubscribed'`);
          expect(await database.read({ sql })).toHaveLength(left.size);
        }, soon);
        await send([email]);
      }
      // Somebody who was archived comes back, by the same form.
      if (day === nights - 1) await at.signUp([`form-${nights - 2}-1@site.example`]);

      const keep = replacements.includes(day)
        ? ['*@member.example']
        : returns.includes(day)
          ? ['*']
          : undefined;
      await at.setFaults(isAway, keep ? { at: '01:00', keep } : null);
      await clock.move(dayMs);
      await sandbox.put('/sandbox/clock', { byS: 0 });
      if (comparisons.includes(day)) expect(await survival()).toMatchObject({ code: isAway ? 1 : 0 });
    }

    await at.setFaults(false);
    await at.delivered();
    const csv = join(await temporaryDir(), 'archived.csv');
    expect(await survival(csv)).toMatchObject({ code: 0 });

    const contacts = await readContacts(sandbox);
    const subscribed = new Set(
      contacts.flatMap(({ email, is_subscribed }) => (is_subscribed === 1 ? [String(email)] : [])),
    );
    const causes = await causesIn(database, destination, csv);
    const unexplained = [...all].filter((email) => {
      const found = causes.get(email) ?? [];
      return found.length !== (subscribed.has(email) ? 0 : 1);
    });
    expect(unexplained.map((email) => [email, subscribed.has(email), causes.get(email)])).toEqual([]);
    expect([...subscribed].filter((email) => !all.has(email))).toEqual([]);

    // What is named is true.
    const removed = new Map(
      (await readRemoved(sandbox)).map(({ id, archived_date }) => [id, hourOf(`${archived_date}Z`)]),
    );
    for (const [email, [cause]] of causes) {
      // Without an id it is not certain whose it is: the whole call was archived.
      const hours = cause?.rasaId === '' ? [...removed.values()] : [removed.get(cause?.rasaId ?? '')];
      if (cause?.is === 'archived') expect(hours, email).toContain(cause.hour);
      if (cause?.is === 'unsubscribed') expect(left.get(email), email).toContain(cause.hour);
      if (cause?.is === 'refused') expect(email).toContain('@refused.test');
    }
    const kinds = [...causes.values()].flat().map(({ is }) => is);
    expect(new Set(kinds)).toEqual(new Set(['archived', 'unsubscribed', 'refused']));
    expect(new Set([...causes.values()].flat().map(({ hour }) => hour)).size).toBeGreaterThan(4);

    for (const [id, email] of sent) {
      const fate = await api('GET', `/${id}`);
      const [cause] = causes.get(email) ?? [];
      const status = left.has(email) ? 'left_alone' : cause?.is === 'refused' ? 'dead_letter' : 'delivered';
      expect(fate, email).toMatchObject({ status });
      expect('archived_since' in fate, email).toBe(cause?.is === 'archived');
    }
  },
  isSoak ? 3_600_000 : 600_000,
);

/** Of everybody, by the address: what the product says of who is not subscribed. */
async function causesIn(database: Database, destination: Destination, csv: string) {
  const causes = new Map<string, Cause[]>();
  const add = (email: string, cause: Cause) => causes.set(email, [...(causes.get(email) ?? []), cause]);
  const [, ...lines] = (await readFile(csv, 'utf8')).trim().split('\r\n');
  for (const line of lines) {
    const [, rasaId = '', , , , time = '', email = ''] = line.split(',');
    add(email, { is: 'archived', hour: hourOf(time), rasaId });
  }
  for await (const page of new DeliveredContacts(database, destination).lost(0)) {
    const gone = page.filter(({ state }) => state === 'unsubscribed');
    const emails = await readAddresses(
      database,
      gone.map(({ id }) => id),
    );
    for (const { id, stateMs, rasaId } of gone)
      add(emails.get(id) ?? '', { is: 'unsubscribed', hour: hourOf(stateMs), rasaId });
  }
  const { entries } = await new DeadLetters({ database }).list();
  for (const { signup, refusedAt } of entries)
    add(signup.contact.email, { is: 'refused', hour: hourOf(refusedAt), rasaId: '' });
  return causes;
}

/** What rasa.io lists as archived. */
async function readRemoved({ api, token }: TestSandbox): Promise<readonly Removed[]> {
  const removed: Removed[] = [];
  for (;;) {
    const path = `/v1/persons/deleted?limit=1000&skip=${removed.length}`;
    const { envelope } = await api('GET', path, { token: await token() });
    if (envelope.results.length === 0) return removed;
    removed.push(...envelope.results.map(({ data }) => data as Removed));
  }
}
