import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startSandbox, type TestSandbox } from '../../helpers/server/sandbox.ts';

/**
 * The request sequences of rasa.io's public clients, written anew by raw HTTP: what they send, in their
 * order, and what they read of the answers. Each ends as it would at rasa.io.
 */
interface Answer {
  readonly status: number;
  readonly json: unknown;
}

const envelope = z.object({
  metadata: z.object({ record_count: z.number(), next_link: z.string().nullable(), errors: z.unknown() }),
  results: z.array(z.record(z.string(), z.unknown())),
});

/** Sends exactly these bytes, also as the body of a GET, which `fetch` cannot. */
function send(
  { port }: TestSandbox,
  line: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<Answer> {
  const [method, path] = line.split(' ');
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
    request({ port, host: '127.0.0.1', method, path, headers: { ...headers, ...length } }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response
        .on('data', (chunk: string) => (answer += chunk))
        .on('end', () => {
          resolve({ status: response.statusCode ?? 0, json: answer === '' ? undefined : JSON.parse(answer) });
        });
    })
      .on('error', reject)
      .end(text);
  });
}

async function mint(sandbox: TestSandbox): Promise<string> {
  const headers = { authorization: sandbox.basic, 'content-type': 'application/json' };
  const { status, json } = await send(sandbox, 'POST /v1/tokens', headers, {
    key: sandbox.credentials.apiKey,
  });
  expect(status).toBe(201);
  return z.string().parse(envelope.parse(json).results[0]?.['rasa-token']);
}

describe('the daily two-way sync of rasa.io', () => {
  interface Member {
    readonly email: string;
    readonly external_id: string;
    readonly first_name: string;
    readonly is_subscribed?: boolean;
    /** When the customer changed it. */
    readonly updated: Date;
  }

  interface Counts {
    created: number;
    updated: number;
    failed: number;
    archived: number;
    optedOut: string[];
  }

  /** One run, as the base of its integrations does it. */
  async function sync(sandbox: TestSandbox, members: readonly Member[]): Promise<Counts> {
    const token = await mint(sandbox);
    const headers = { 'rasa-token': token, 'content-type': 'application/json' };
    const counts: Counts = { created: 0, updated: 0, failed: 0, archived: 0, optedOut: [] };

    // Everybody, in pages of 1,000, with {} as the body, until a page has no records.
    const persons: Record<string, unknown>[] = [];
    for (let skip = 0; ;) {
      const answer = await send(
        sandbox,
        `GET /v1/persons?limit=1000&skip=${skip}&include_counts=0`,
        headers,
        {},
      );
      const { results, metadata } = envelope.parse(answer.json);
      if (metadata.record_count === 0) break;
      skip += metadata.record_count;
      persons.push(...results.map(({ data }) => data as Record<string, unknown>));
    }
    const byExternalId = new Map(persons.map((person) => [person['external_id'], person]));
    const byEmail = new Map(persons.map((person) => [String(person['email']).toLowerCase(), person]));

    const changes: object[] = [];
    const seen = new Set<unknown>();
    for (const member of members) {
      const person = byExternalId.get(member.external_id) ?? byEmail.get(member.email.toLowerCase());
      if (person) seen.add(person['id']);
      // The reason is read without asking whether it is there.
      if (person?.['is_subscribed'] === 0 && person['unsubscribe_reason'] === 'OneClickUnsubscribe') {
        counts.optedOut.push(member.email);
        continue;
      }
      const updated = readUpdated(person?.['updated']);
      if (updated && updated >= member.updated) continue;
      const { updated: _, ...fields } = member;
      changes.push(fields);
    }
    for (let from = 0; from < changes.length; from += 25) {
      const batch = changes.slice(from, from + 25);
      const answer = await send(sandbox, 'POST /v1/persons', headers, batch);
      expect([200, 201]).toContain(answer.status);
      for (const entry of envelope.parse(answer.json).results) {
        if (entry['id'] === undefined) counts.failed++;
        else if (entry['status'] === 'created') counts.created++;
        else counts.updated++;
      }
    }
    // Who is not in the customer's list is archived.
    for (const person of persons.filter(({ id }) => !seen.has(id))) {
      const external = person['external_id'] === null ? {} : { external_id: person['external_id'] };
      const path = `PUT /v1/persons/${String(person['id'])}`;
      expect((await send(sandbox, path, headers, { is_archived: 1, ...external })).status).toBe(200);
      counts.archived++;
    }
    const authorization = { authorization: sandbox.basic, 'content-type': 'application/json' };
    expect((await send(sandbox, `DELETE /v1/tokens/${token}`, authorization, {})).status).toBe(204);
    return counts;
  }

  /** `Y-m-d H:M:S`, in UTC. ISO 8601 without a fraction would read as nothing. */
  function readUpdated(value: unknown): Date | undefined {
    const found = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(String(value));
    return found ? new Date(`${found[1] ?? ''}T${found[2] ?? ''}Z`) : undefined;
  }

  it.each([50, 1000, 5000])(
    'ends with the list of the customer, and leaves alone who opted out by click; pages of %i',
    async (maxPage) => {
      let now = Date.UTC(2026, 10, 1, 2);
      const sandbox = await startSandbox({ now: () => now });
      await sandbox.putFaults({ variants: { maxPage } });
      const members = Array.from({ length: 130 }, (_, index) => ({
        email: `m${index}@member.test`,
        external_id: `id-${index}`,
        first_name: `M${index}`,
        updated: new Date(Date.UTC(2026, 9, 1)),
      }));
      await sandbox.addPersons({ email: 'visitor@example.com', first_name: 'From the website' });
      expect(await sync(sandbox, members)).toEqual({
        created: 130,
        updated: 0,
        failed: 0,
        archived: 1,
        optedOut: [],
      });

      // Nothing has changed: nothing is sent.
      now += 86_400_000;
      expect(await sync(sandbox, members)).toMatchObject({ created: 0, updated: 0, archived: 0 });

      // One opts out, one changes its address, one leaves, one comes, and the visitor is taken up.
      now += 86_400_000;
      await fetch(`${sandbox.url}/sandbox/unsubscribe`, {
        method: 'POST',
        body: '{"email":"m1@member.test"}',
      });
      const changed = new Date(now - 3_600_000);
      const next = [
        ...members
          .slice(0, 128)
          .map((member, index) =>
            index === 1
              ? { ...member, updated: changed, is_subscribed: true }
              : index === 2
                ? { ...member, updated: changed, email: 'moved@member.test' }
                : member,
          ),
        { email: 'visitor@example.com', external_id: 'id-v', first_name: 'V', updated: changed },
      ];
      expect(await sync(sandbox, next)).toEqual({
        created: 0,
        updated: 2,
        failed: 0,
        archived: 2,
        optedOut: ['m1@member.test'],
      });
      const token = await sandbox.token();
      const { envelope: page } = await sandbox.api('GET', '/v1/persons?limit=1', { token });
      expect(page.metadata.total_query_count).toBe(129);
      const { envelope: removed } = await sandbox.api('GET', '/v1/persons/deleted', { token });
      expect(removed.results).toHaveLength(2);
    },
  );
});

describe('a connector with watermarks', () => {
  /** What it keeps between two runs. */
  interface Mirror {
    watermark: string;
    readonly rows: Map<string, Record<string, unknown>>;
    readonly actions: Map<number, unknown>;
  }

  async function pull(sandbox: TestSandbox, mirror: Mirror): Promise<void> {
    const headers = { 'rasa-token': await mint(sandbox) };
    const since = encodeURIComponent(mirror.watermark);
    // Stops at a short page, and guards against pages that go round.
    const seen = new Set<unknown>();
    for (let skip = 0; ;) {
      const { json } = await send(
        sandbox,
        `GET /v1/persons?updated_since=${since}&skip=${skip}&limit=50`,
        headers,
      );
      const items = envelope.parse(json).results.map(({ data }) => data as Record<string, unknown>);
      const fresh = items.filter(({ id }) => !seen.has(id));
      for (const item of fresh) {
        seen.add(item['id']);
        mirror.rows.set(String(item['id']), item);
        if (String(item['updated']) > mirror.watermark) mirror.watermark = String(item['updated']);
      }
      skip += items.length;
      if (items.length < 50 || fresh.length === 0) break;
    }
    for (let skip = 0; ;) {
      const { json } = await send(
        sandbox,
        `GET /v1/persons/deleted?archived_since=${since}&skip=${skip}&limit=50`,
        headers,
      );
      const { results } = envelope.parse(json);
      for (const { data } of results) mirror.rows.delete(String((data as Record<string, unknown>)['id']));
      skip += results.length;
      if (results.length < 50) break;
    }
    // The cursor of insights is passed on unchanged.
    for (let path: string | null = `/v1/insights/actions?created_since=${since}`; path !== null;) {
      const { json } = await send(sandbox, `GET ${path}`, headers);
      const { results, metadata } = envelope.parse(json);
      if (results.length === 0) break;
      for (const { data } of results) {
        const action = z
          .object({ id: z.number(), type: z.enum(['open', 'click']), email: z.string() })
          .parse(data);
        expect(mirror.actions.has(action.id)).toBe(false);
        mirror.actions.set(action.id, data);
      }
      const link: URL | undefined = metadata.next_link === null ? undefined : new URL(metadata.next_link);
      path = link ? link.pathname + link.search : null;
    }
  }

  it.each(['empty', 'first-page'])(
    'mirrors what changed since the last run, without gaps and twice nothing; pages past the end: %s',
    async (pastEnd) => {
      let now = Date.UTC(2026, 10, 2, 5, 0, 0, 700);
      const sandbox = await startSandbox({ now: () => now });
      await sandbox.putFaults({ variants: { pastEnd } });
      const mirror: Mirror = { watermark: '2026-01-01 00:00:00', rows: new Map(), actions: new Map() };
      const add = (from: number, to: number) =>
        sandbox.addPersons(
          ...Array.from({ length: to - from }, (_, index) => ({ email: `p${from + index}@example.com` })),
        );
      await add(0, 200);
      await pull(sandbox, mirror);
      expect([mirror.rows.size, mirror.watermark]).toEqual([200, '2026-11-02 05:00:00']);
      // In the same second as the watermark, and then a day later, after an issue.
      await add(200, 205);
      now += 86_400_000;
      const [first = '', second = ''] = mirror.rows.keys();
      const token = await sandbox.token();
      await sandbox.api('PUT', `/v1/persons/${first}`, { token, body: { first_name: 'Changed' } });
      await sandbox.api('PUT', `/v1/persons/${second}`, { token, body: { is_archived: 1 } });
      await pull(sandbox, mirror);
      expect(mirror.rows.size).toBe(204);
      expect(mirror.rows.get(first)).toMatchObject({ first_name: 'Changed' });
      expect(mirror.rows.has(second)).toBe(false);
      expect(mirror.actions.size).toBeGreaterThan(40);
    },
  );
});

describe('a plug-in for a dashboard', () => {
  const activities = z.array(z.record(z.string(), z.unknown()));

  it.each(['both', 'post', 'get'])(
    'shows the subscribers and the figures of a month, with both headers and {} as the body of a GET; analytics: %s',
    async (analyticsVerb) => {
      let now = Date.UTC(2026, 9, 1);
      const sandbox = await startSandbox({ now: () => now });
      await sandbox.addPersons(
        ...Array.from({ length: 500 }, (_, index) => ({ email: `p${index}@example.com` })),
      );
      now = Date.UTC(2026, 10, 1);
      await sandbox.putFaults({ variants: { analyticsVerb } });
      const headers = {
        authorization: sandbox.basic,
        'rasa-token': await mint(sandbox),
        'content-type': 'application/json',
        accept: 'application/json',
      };
      const audience = await send(sandbox, 'GET /v1/persons?limit=1', headers, {});
      expect(audience.json).toMatchObject({ metadata: { total_query_count: 500 } });

      const range = { start_date: '2026-10-01T00:00:00.000Z', end_date: '2026-10-31T23:59:59.000Z' };
      const asked = {
        date_range: range,
        interval: 'month',
        metrics: ['delivered', 'open', 'click', 'bounce', 'unsubscribe'],
        suspect_click: 'real_clicks',
        segment_code: 'All',
        timezone: 'UTC',
        limit: 10000,
      };
      const query = new URLSearchParams({ ...range, interval: 'month', metrics: asked.metrics.join(',') });
      let answer = await send(sandbox, 'POST /v1/analytics/activities', headers, asked);
      if (answer.status === 400)
        answer = await send(sandbox, `GET /v1/analytics/activities?${query.toString()}`, headers, {});
      expect(answer.status).toBe(200);
      const [month, ...more] = activities.parse(envelope.parse(answer.json).results);
      expect(more).toEqual([]);
      expect(month).toMatchObject({
        timestamp: '2026-10-01 00:00:00',
        total_delivered: 500 * 31,
        unique_delivered: 500,
        total_bounce: 0,
        total_unsubscribe: 0,
      });
    },
  );
});
