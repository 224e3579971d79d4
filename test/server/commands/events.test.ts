import { describe, expect, it } from 'vitest';
import { tailEvents } from '../../../server/commands/events/tail.ts';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { sameSql } from '../../../server/store/database.ts';
import { StoreUnavailable } from '../../../server/store/errors.ts';
import { comparisons, handoverAddresses } from '../../../server/store/schema/delivered-contacts.ts';
import { runCli, startCli } from '../../helpers/server/cli.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startService } from '../../helpers/server/service.ts';
import { addSignup, openTestStore } from '../../helpers/server/store.ts';
import { directoryInMemory } from '../../helpers/server/temporary-dir.ts';

it('shows the story of one sign-up, with its address only where that is asked for', async () => {
  const dataDir = await directoryInMemory();
  const service = await startService({ DATA_DIR: dataDir, KEEP_FOR_HANDOVER: '1d' });
  const database = await openTestStore({ dataDir });
  await fetch(`${service.url}/forms/newsletter`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'ada@example.com' }),
  });
  const sql = { sqlite: 'select subject from events', postgres: '' };
  const told = async () => (await database.read({ sql })).map(({ subject }) => String(subject));
  await expect.poll(told, { timeout: 20_000 }).toHaveLength(2);
  const [id = ''] = await told();
  const waiting = await addSignup(database, { upstream: 'another' });
  const env = { DATA_DIR: dataDir };
  const show = (...args: readonly string[]) => runCommand(['events', 'show', ...args], env);
  const shown = await runCli(['events', 'show', id], env);
  expect(JSON.parse(shown.stdout)).toMatchObject([{ what: 'signup.accepted' }, { what: 'signup.delivered' }]);
  expect(shown.stdout).not.toMatch(/ada(@|%40)/);
  const open = await show(id, '--with-email');
  expect(JSON.parse(open.stdout)).toMatchObject([{ email: 'ada@example.com' }, { email: 'ada@example.com' }]);
  expect(JSON.parse((await show(waiting)).stdout)).toMatchObject([{ what: 'waiting' }]);
  expect(await show('unheard')).toMatchObject({ code: 1, stdout: '' });
  // What became of the contact at rasa.io, and that it was there when that was looked at last.
  const [contact] = await database.read({
    sql: sameSql('select upstream, account, rasa_id from delivered_contacts where id = ?'),
    params: [id],
  });
  const about = { account: 'main', subject: String(contact?.['rasa_id']), atMs: Date.now(), turn: '1' };
  const left: NewEvent = { ...about, type: 'contact.unsubscribed', data: { reason: 'OneClickUnsubscribe' } };
  await database.write([...eventStatements([left], Date.now())]);
  const [, , unsubscribed] = JSON.parse((await show(id)).stdout) as readonly object[];
  expect(unsubscribed).toMatchObject({ what: 'contact.unsubscribed', reason: 'OneClickUnsubscribe' });
  const compared = { began_at: Date.now() + 1000, ended_at: Date.now() + 2000 };
  const name = `${String(contact?.['upstream'])} ${String(contact?.['account'])}`;
  await database.write([{ into: comparisons, rows: [{ id: name, ...compared }] }]);
  const whole = JSON.parse((await show(id)).stdout) as readonly object[];
  expect(whole.at(-1)).toEqual({
    at: new Date(compared.began_at).toISOString(),
    what: 'there',
    reason: 'at rasa.io, when that was compared last',
  });
}, 120_000);

describe('events tail', () => {
  const event = (subject: string, type: NewEvent['type'], form = 'newsletter'): NewEvent => ({
    type,
    account: 'main',
    subject,
    atMs: 1_800_000_000_000,
    data: { id: subject, form },
  });
  const idsIn = (output: string) =>
    output
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { readonly data: { readonly id: string } }).data.id);

  it('prints the last events, of the types and the form that are asked for', async () => {
    const dataDir = await directoryInMemory();
    const database = await openTestStore({ dataDir });
    const many = Array.from({ length: 30 }, (_, at) => event(`n${at}`, 'signup.accepted'));
    await database.write([
      ...eventStatements([...many, event('x', 'signup.delivered', 'fair')], Date.now()),
      { into: handoverAddresses, rows: [{ id: 'x', kept_at: 1, payload: 'ada@example.com' }] },
    ]);
    const tail = async (...args: readonly string[]) =>
      (await runCommand(['events', 'tail', ...args], { DATA_DIR: dataDir })).stdout;
    expect(idsIn(await tail())).toEqual([...many.slice(-19).map(({ subject }) => subject), 'x']);
    expect(idsIn(await tail('--last', '2', '--types', 'signup.accepted'))).toEqual(['n28', 'n29']);
    expect(idsIn(await tail('--form', 'fair'))).toEqual(['x']);
    expect(idsIn(await tail('--since', '1h'))).toHaveLength(31);
    expect(await tail('--form', 'fair')).not.toMatch(/ada(@|%40)/);
    // However many others came after them.
    const others = Array.from({ length: 600 }, (_, at) => event(`o${at}`, 'contact.updated'));
    await database.write([...eventStatements(others, Date.now())]);
    expect(idsIn(await tail('--last', '1', '--types', 'signup.delivered'))).toEqual(['x']);
    expect(await tail('--form', 'fair', '--with-email')).toContain('"email":"ada@example.com"');
  }, 60_000);

  it('goes on with what happens, until it is stopped', async () => {
    const dataDir = await directoryInMemory();
    const live = await openTestStore({ dataDir });
    await live.write([...eventStatements([event('before', 'signup.accepted')], Date.now())]);
    const tail = startCli(['events', 'tail', '--follow', '--types', 'signup.*'], { DATA_DIR: dataDir });
    await expect.poll(() => idsIn(tail.output()), { timeout: 40_000 }).toEqual(['before']);
    await live.write([
      ...eventStatements([event('c', 'contact.updated'), event('after', 'signup.delivered')], Date.now()),
    ]);
    await expect.poll(() => idsIn(tail.output()), { timeout: 40_000 }).toEqual(['before', 'after']);
    await tail.stop();
  }, 120_000);

  it('waits for a slow reader and for a database that is away, and passes nothing over', async () => {
    const database = await openTestStore({ dataDir: await directoryInMemory() });
    const ids = Array.from({ length: 40 }, (_, at) => `n${at}`);
    await database.write([
      ...eventStatements(
        ids.map((id) => event(id, 'signup.accepted')),
        Date.now(),
      ),
    ]);
    const stopping = new AbortController();
    let [waiting, most, output, words, isAway] = [0, 0, '', '', false];
    const running = tailEvents(
      { since: 60_000, follow: true },
      {
        database: {
          read: (statement) =>
            isAway ? Promise.reject(new StoreUnavailable('io')) : database.read(statement),
        },
        stdout: {
          write(text: string, taken?: (error?: Error | null) => void) {
            most = Math.max(most, ++waiting);
            setImmediate(() => {
              waiting--;
              output += text;
              taken?.();
            });
            return false;
          },
        },
        stderr: { write: (text: string) => (words += text) },
        stop: stopping.signal,
      },
    );
    const patient = { timeout: 20_000 };
    await expect.poll(() => idsIn(output), patient).toEqual(ids);
    expect(most).toBe(1);
    isAway = true;
    await expect.poll(() => words, patient).toContain('does not answer');
    await database.write([...eventStatements([event('after', 'signup.delivered')], Date.now())]);
    isAway = false;
    await expect.poll(() => idsIn(output).at(-1), patient).toBe('after');
    stopping.abort();
    expect(await running).toBe(0);
    expect(words.trim().split('\n')).toHaveLength(1);
  }, 60_000);
});
