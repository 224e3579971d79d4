import { describe, expect, it } from 'vitest';
import { createRasaClient, type ConnectionOptions, type Gate } from '../../../server/rasa/rasa.ts';
import { variantNames, variants } from '../../../server/sandbox/control/variants.ts';
import { readRoutes, writeRoutes } from '../../helpers/server/rasa-routes.ts';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';
import { clientsOf, type Clients } from '../../helpers/server/scripted-rasa.ts';

function clientsFor(sandbox: TestSandbox, options: ConnectionOptions = {}): Clients {
  const { username, password, apiKey = '' } = sandbox.credentials;
  const v2 = { clientId: sandbox.clientId, clientSecret: apiKey };
  return clientsOf(sandbox.url, options, { username, password, apiKey }, v2);
}

/** Everything that can be read, as the client gives it. */
async function readAll({ rasa, v2, open }: Clients, guid: string) {
  const people = await rasa.persons.list({ pageSize: 2 }).all();
  const [first] = people;
  const id = first?.id ?? '';
  const [community] = await rasa.communities();
  const [contact] = await v2.contacts.list().all();
  const week = { start_date: new Date(Date.now() - 21 * 86_400_000), end_date: new Date() };
  return {
    people,
    person: await rasa.persons.get(id),
    attributes: await rasa.persons.attributes(id).all(),
    deleted: await rasa.persons.deleted().all(),
    actions: await rasa.persons.actions(id),
    topics: await rasa.persons.topics(id),
    sends: await rasa.persons.sends(id),
    sections: await rasa.sections(community?.identifier ?? ''),
    posts: await rasa.posts().all(),
    pool: await rasa.contentPool().all(),
    activities: await rasa.analytics.activities({
      ...week,
      interval: 'week',
      metrics: ['open', 'click', 'delivered', 'bounce', 'unsubscribe'],
    }),
    articles: await rasa.analytics.articles(week),
    images: await rasa.analytics.images(week),
    topicFigures: await rasa.analytics.topics(week),
    insightActions: await rasa.insights.actions({ pageSize: 2 }).all(),
    insightTopics: await rasa.insights.topics().all(),
    contact: await v2.contacts.get(contact?.id ?? ''),
    lists: await v2.lists.all(),
    types: await v2.subscriptions.types(),
    top: await open.topArticles(guid),
  };
}

type Reads = Awaited<ReturnType<typeof readAll>>;

/** Without what rasa.io sent beyond the names of the client; by days where that is all there is. */
function comparable(value: unknown, ofDays = false): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, ofDays ? 10 : 19);
  if (Array.isArray(value)) return value.map((each) => comparable(each, ofDays));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'fields')
      .map(([name, member]) => [name, comparable(member, ofDays)]),
  );
}

async function openFilled() {
  const sandbox = await startSandbox();
  const clients = clientsFor(sandbox);
  const people = ['ada', 'bob', 'cleo', 'dan', 'eve'].map((name) => ({
    email: `${name}@example.com`,
    first_name: name,
    attributes: { plan: name, level: 3 },
  }));
  for (const person of people) await clients.rasa.persons.save(person);
  const { id = '' } = await clients.rasa.persons.save({ email: 'gone@example.com' });
  await clients.rasa.persons.archive(id);
  return { sandbox, clients };
}

describe('the client reads the sandbox', () => {
  it('in every variant of an answer alike', { timeout: 120_000 }, async () => {
    const { sandbox, clients } = await openFilled();
    const baseline = await readAll(clients, sandbox.signupGuid);
    for (const name of variantNames) {
      for (const value of variants[name].values) {
        const { status } = await sandbox.putFaults({ variants: { [name]: value } });
        expect(status).toBe(200);
        // A new client, which has no token yet.
        const found = await readAll(clientsFor(sandbox), sandbox.signupGuid);
        const ofDays = value === 'date' && name === 'dates';
        expect(comparable(common(found, name, value), ofDays), `${name} ${value}`).toEqual(
          comparable(common(baseline, name, value), ofDays),
        );
      }
    }
  });
});

/** Without what a variant leaves out. */
function common(reads: Reads, name: string, value: string | number): object {
  if (name === 'attributes') {
    return { ...reads, attributes: reads.attributes.map((one) => ({ name: one.name, value: one.value })) };
  }
  if (value !== 'bare') return reads;
  const { activities, articles, images, ...others } = reads;
  const totals = (rows: readonly object[]) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([each, count]) => [each, totalOf(count)])));
  return { ...others, figures: [activities, articles, images].map(totals) };
}

function totalOf(member: unknown): unknown {
  return typeof member === 'object' && member !== null && 'total' in member ? member.total : member;
}

/** Without pauses, also where rasa.io asks for one: these tests ask for it all the time. */
const open: Gate = { turn: (call, { stop }) => call(stop) };

const faults: readonly (readonly [fault: object, error: object])[] = [
  [{ answer: { status: 400, error: 'Not now' } }, { code: 'refused', status: 400, text: 'Not now' }],
  [{ answer: { status: 404, error: 'Nowhere' } }, { code: 'not_found', text: 'Nowhere' }],
  [{ answer: { status: 404, as: 'html' } }, { code: 'unavailable', status: 404 }],
  [{ answer: { status: 429, retryAfter: 30 } }, { code: 'rate_limited', retryAfterMs: 30_000 }],
  [{ answer: { status: 429 } }, { code: 'rate_limited', retryAfterMs: undefined }],
  [{ answer: { status: 500 } }, { code: 'unavailable', status: 500 }],
  [{ answer: { status: 502, as: 'html' } }, { code: 'unavailable', status: 502 }],
  [{ drop: { when: 'before' } }, { code: 'unreachable' }],
  [{ drop: { when: 'after' } }, { code: 'unreachable' }],
  [{ rateLimit: { calls: 1, seconds: 3600 } }, { code: 'rate_limited' }],
  [{ dailyQuota: { calls: 1, retryAfter: 'absent' } }, { code: 'rate_limited', retryAfterMs: undefined }],
];

describe('every call to a sandbox that fails', () => {
  it.each(faults)('ends in the documented error: %j', async (fault, error) => {
    const sandbox = await startSandbox();
    const clients = clientsFor(sandbox, { gate: open });
    // They have their tokens already.
    await clients.rasa.communities();
    await clients.v2.lists.all();
    await sandbox.putFaults(fault);
    // Uses up a limit of one call.
    await clients.rasa.communities().catch(() => undefined);
    for (const { route, call } of [...readRoutes, ...writeRoutes]) {
      const rejection: unknown = await call(clients).then(
        () => 'no error',
        (reason: unknown) => reason,
      );
      expect(rejection, route).toMatchObject(error);
    }
  });
});

describe('the client writes into the sandbox', () => {
  it.each([
    {},
    { writeItems: 'wrapped', flags: 'text' },
    { errors: 'array', flags: 'boolean', readItems: 'flat' },
  ])('persons, in the variants %j', async (chosen) => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ variants: chosen });
    const { persons } = clientsFor(sandbox).rasa;
    const { id = '', isNew } = await persons.save({ email: 'ada@example.com', external_id: '17' });
    expect(isNew).toBe(true);
    expect(await persons.save({ email: 'Ada@example.com' })).toEqual({ is: 'saved', id, isNew: false });

    await persons.update(id, { last_name: 'Lovelace', attributes: { plan: 'gold' } });
    await persons.unsubscribe(id);
    expect(await persons.get(id)).toMatchObject({
      last_name: 'Lovelace',
      is_subscribed: false,
      unsubscribe_reason: 'API',
      attributes: { plan: 'gold' },
    });
    await persons.updateMany([{ id, last_name: 'King' }]);
    expect(await persons.get(id)).toMatchObject({ last_name: 'King' });

    const since = new Date(Date.now() - 60_000);
    expect(await persons.list({ updated_since: since }).all()).toHaveLength(1);
    expect(await persons.list({ updated_before: since }).all()).toEqual([]);
    await persons.archive(id, { external_id: '17' });
    expect(await persons.list().all()).toEqual([]);
    expect(await persons.deleted({ archived_since: since }).all()).toMatchObject([{ id }]);
    await persons.remove(id);
    await expect(persons.get(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(persons.remove(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(persons.update(id, { last_name: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('contacts, lists and subscriptions of version 2', async () => {
    const sandbox = await startSandbox();
    const { contacts, lists } = clientsFor(sandbox).v2;
    const list_id = Number(await lists.create({ name: 'Members' }));
    const id =
      (await contacts.create({ email: 'ada@example.com', list_id, options: { plan: 'gold' } })) ?? '';
    expect(await contacts.list({ list_id }).all()).toMatchObject([{ id, options: { plan: 'gold' } }]);
    await contacts.update(id, { can_email: false, can_email_code: 'manual' });
    expect(await contacts.get(id)).toMatchObject({ can_email: false, can_email_code: 'manual' });
    await contacts.takeOffList(id, list_id);
    expect(await contacts.list({ list_id }).all()).toEqual([]);
    await contacts.archive(id);
    expect((await contacts.removed().all()).map((one) => one.id)).toContain(id);
  });

  it('by the webhook', async () => {
    const sandbox = await startSandbox();
    const { open, rasa } = clientsFor(sandbox);
    await open.signUp(sandbox.signupGuid, { email: 'ada@example.com', first_name: 'Ada' });
    expect(await rasa.persons.list().all()).toMatchObject([{ email: 'ada@example.com', first_name: 'Ada' }]);
    await expect(open.signUp('another', { email: 'ada@example.com' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('politely: one call at a time, 200 ms apart', async () => {
    const sandbox = await startSandbox();
    const { username, password, apiKey = '' } = sandbox.credentials;
    const { persons } = createRasaClient({
      credentials: { username, password, apiKey },
      baseUrl: sandbox.url,
    });
    await Promise.all(['ada', 'bob', 'cleo'].map((name) => persons.save({ email: `${name}@example.com` })));
    await persons.list().all();
    const traffic: unknown = await (await fetch(`${sandbox.url}/sandbox/traffic`)).json();
    expect(traffic).toMatchObject({ calls: 4, overlapping: 0, hasty: 0 });
  });
});
