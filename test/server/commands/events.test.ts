import { describe, expect, it } from 'vitest';
import { eventStatements, type NewEvent } from '../../../server/events/events.ts';
import { handoverAddresses } from '../../../server/store/schema/delivered-contacts.ts';
import { runCli, startCli } from '../../helpers/server/cli.ts';
import { startService } from '../../helpers/server/service.ts';
import { addSignup, openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

it('shows the story of one sign-up, with its address only where that is asked for', async () => {
  const dataDir = await temporaryDir();
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
  const shown = await runCli(['events', 'show', id], env);
  expect(JSON.parse(shown.stdout)).toMatchObject([{ what: 'signup.accepted' }, { what: 'signup.delivered' }]);
  expect(shown.stdout).not.toMatch(/ada(@|%40)/);
  const open = await runCli(['events', 'show', id, '--with-email'], env);
  expect(JSON.parse(open.stdout)).toMatchObject([{ email: 'ada@example.com' }, { email: 'ada@example.com' }]);
  expect(JSON.parse((await runCli(['events', 'show', waiting], env)).stdout)).toMatchObject([
    { what: 'waiting' },
  ]);
  expect(await runCli(['events', 'show', 'unheard'], env)).toMatchObject({ code: 1, stdout: '' });
}, 60_000);

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
    const dataDir = await temporaryDir();
    const database = await openTestStore({ dataDir });
    const many = Array.from({ length: 30 }, (_, at) => event(`n${at}`, 'signup.accepted'));
    await database.write([
      ...eventStatements([...many, event('x', 'signup.delivered', 'fair')], Date.now()),
      { into: handoverAddresses, rows: [{ id: 'x', kept_at: 1, payload: 'ada@example.com' }] },
    ]);
    const tail = async (...args: readonly string[]) =>
      (await runCli(['events', 'tail', ...args], { DATA_DIR: dataDir })).stdout;
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
  }, 90_000);

  it('goes on with what happens, until it is stopped', async () => {
    const dataDir = await temporaryDir();
    const live = await openTestStore({ dataDir });
    await live.write([...eventStatements([event('before', 'signup.accepted')], Date.now())]);
    const tail = startCli(['events', 'tail', '--follow', '--types', 'signup.*'], { DATA_DIR: dataDir });
    await expect.poll(() => idsIn(tail.output()), { timeout: 20_000 }).toEqual(['before']);
    await live.write([
      ...eventStatements([event('c', 'contact.updated'), event('after', 'signup.delivered')], Date.now()),
    ]);
    await expect.poll(() => idsIn(tail.output()), { timeout: 20_000 }).toEqual(['before', 'after']);
    await tail.stop();
  }, 60_000);
});
