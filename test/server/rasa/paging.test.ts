import { describe, expect, it } from 'vitest';
import {
  clientsOf,
  envelope,
  scriptRasa,
  type Asked,
  type Reply,
} from '../../helpers/server/scripted-rasa.ts';

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${from + index}`,
    email: `p${from + index}@example.com`,
  }));
const wrapped = (items: readonly object[]) => items.map((data) => ({ data, links: {} }));
const link = (skip: number | string) => `https://api.rasa.io/v1/persons?limit=50&skip=${skip}`;

interface Server {
  /** The most that it sends at once. */
  readonly maxPage?: number;
  readonly hasLinks?: boolean;
  readonly total?: number | null;
  /** What it does past the end. */
  readonly goesRound?: boolean;
}

/** Everybody, page by page, as one of the servers that clients of rasa.io have met or fear. */
function serverOf(
  everybody: readonly object[],
  { maxPage = Infinity, hasLinks = true, total = null, goesRound = false }: Server = {},
) {
  return ({ query }: Asked): Reply => {
    const skip = Number(query.get('skip') ?? 0);
    const limit = Math.min(Number(query.get('limit')), maxPage);
    const start = goesRound ? skip % everybody.length : skip;
    return {
      body: envelope(wrapped(everybody.slice(start, start + limit)), {
        next_link: hasLinks ? link(skip + limit) : null,
        total_query_count: total,
      }),
    };
  };
}

async function listed(answer: (asked: Asked, earlier: number) => Reply, pageSize?: number) {
  const { url, asked } = await scriptRasa(answer);
  const ids = (await clientsOf(url).rasa.persons.list({ pageSize }).all()).map(({ id }) => id);
  return { ids, asked: asked.map(({ query }) => [query.get('skip'), query.get('limit')].join(' ').trim()) };
}

const idsOf = (count: number) => people(count).map(({ id }) => id);

describe('a list', () => {
  it('asks for 50 at a time, and goes on past a link until a page is empty', async () => {
    const { ids, asked } = await listed(serverOf(people(120)));
    expect(ids).toEqual(idsOf(120));
    expect(asked).toEqual(['50', '50 50', '100 50', '120 50']);
  });

  it('ends at a short page without a link, and at a short page that completes the total', async () => {
    const withoutLinks = await listed(serverOf(people(70), { hasLinks: false }));
    expect(withoutLinks).toEqual({ ids: idsOf(70), asked: ['50', '50 50'] });
    const withTotal = await listed(serverOf(people(70), { total: 70 }));
    expect(withTotal).toEqual({ ids: idsOf(70), asked: ['50', '50 50'] });
  });

  it.each([
    [{ maxPage: 50 }, 1000],
    [{ maxPage: 7 }, 50],
    [{ maxPage: 1 }, 5000],
    [{ maxPage: 50, hasLinks: false }, 1000],
    // The total is capped.
    [{ maxPage: 50, total: 1000 }, 1000],
  ])('is complete where the server cuts its pages: %j, asked for %i', async (server, pageSize) => {
    const { ids } = await listed(serverOf(people(120), server), pageSize);
    expect(ids).toEqual(idsOf(120));
  });

  it('is complete past a total that is capped at 1,000', async () => {
    const { ids } = await listed(serverOf(people(1120), { total: 1000, maxPage: 50 }), 1000);
    expect(ids).toHaveLength(1120);
  });

  it('takes pages of 5,000, some megabytes each', async () => {
    const many = people(5001).map((person) => ({ ...person, note: 'x'.repeat(500) }));
    const { ids, asked } = await listed(serverOf(many), 5000);
    expect(ids).toEqual(idsOf(5001));
    expect(asked).toEqual(['5000', '5000 5000', '5001 5000']);
  });

  it.each([100, 120])('ends where the server goes round: %i persons', async (count) => {
    const { ids } = await listed(serverOf(people(count), { goesRound: true }));
    expect(ids).toEqual(idsOf(count));
  });

  it('remembers no more than it needs of a long list: it ends where that goes round or stands still', async () => {
    const many = people(210_000);
    const round = await listed(serverOf(many, { goesRound: true, hasLinks: false }), 10_000);
    expect([round.ids.length, new Set(round.ids).size]).toEqual([210_000, 210_000]);
    const { ids } = await listed(({ query }) => {
      const start = Math.min(Number(query.get('skip') ?? 0), 200_000);
      return { body: envelope(wrapped(many.slice(start, start + 10_000)), { next_link: link(start + 1) }) };
    }, 10_000);
    expect(ids).toHaveLength(210_000);
  }, 60_000);

  it('ends where the server repeats its last page', async () => {
    const { ids } = await listed(({ query }) => {
      const start = Math.min(Number(query.get('skip') ?? 0), 50);
      return { body: envelope(wrapped(people(50, start)), { next_link: link(start + 50) }) };
    });
    expect(ids).toEqual(idsOf(100));
  });

  it('has each person once, also where one moves to a later page meanwhile', async () => {
    const { ids } = await listed(({ query }) => {
      const skip = Number(query.get('skip') ?? 0);
      return { body: envelope(wrapped(skip === 0 ? people(50) : skip === 50 ? people(10, 49) : [])) };
    });
    expect(ids).toEqual(idsOf(59));
  });

  it('keeps items without an id that look alike, and ends where their page comes again', async () => {
    const alike = { name: 'visit', value: 1 };
    const { url, asked } = await scriptRasa(() => ({
      body: envelope([alike, alike], { next_link: link(2) }),
    }));
    expect(await clientsOf(url).rasa.persons.attributes('p').all()).toHaveLength(2);
    expect(asked).toHaveLength(2);
  });

  it('passes filters on in the format of rasa.io, in UTC', async () => {
    const { url, asked } = await scriptRasa(() => ({ body: envelope([]) }));
    const updated_since = new Date('2026-11-01T00:30:00.999+01:00');
    await clientsOf(url).rasa.persons.list({ updated_since }).all();
    expect(asked[0]?.query.get('updated_since')).toBe('2026-10-31 23:30:00');
  });

  it('reads page after page, and begins anew with each iteration', async () => {
    const { url, asked } = await scriptRasa(serverOf(people(70), { hasLinks: false }));
    const list = clientsOf(url).rasa.persons.list();
    for await (const page of list.pages()) {
      expect(page.items).toHaveLength(50);
      break;
    }
    expect(asked).toHaveLength(1);
    for await (const _ of list);
    expect(asked).toHaveLength(3);
  });

  it('counts by the total of one page', async () => {
    const { url, asked } = await scriptRasa(serverOf(people(70), { total: 70 }));
    expect(await clientsOf(url).rasa.persons.count()).toBe(70);
    expect(asked.map(({ query }) => query.get('limit'))).toEqual(['1']);
    const other = await scriptRasa(serverOf(people(70)));
    expect(await clientsOf(other.url).rasa.persons.count()).toBeUndefined();
  });
});

describe('a cursor', () => {
  const cursors = ['bmV4dCsvPT0=', 'YW5vdGhlci8r%3D%3D'];

  it.each(['absolute', 'relative'])('is passed on unchanged, from an %s link', async (kind) => {
    const { url, asked } = await scriptRasa((_asked, earlier) => ({
      body: envelope(wrapped([{ id: earlier }]), {
        next_link:
          cursors[earlier] === undefined
            ? null
            : `${kind === 'absolute' ? 'https://api.rasa.io' : ''}/v1/insights/actions?skip=${cursors[earlier]}&limit=50`,
      }),
    }));
    const actions = await clientsOf(url).rasa.insights.actions().all();
    expect(actions.map(({ id }) => id)).toEqual(['0', '1', '2']);
    expect(asked.map(({ path }) => /skip=([^&]*)/.exec(path)?.[1])).toEqual([undefined, ...cursors]);
  });

  it('that leads back to what was there ends the list', async () => {
    const { url, asked } = await scriptRasa(() => ({
      body: envelope(wrapped([{ id: 1 }]), { next_link: link('c2FtZQ==') }),
    }));
    expect(await clientsOf(url).rasa.insights.actions().all()).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('is decoded in the body of a POST', async () => {
    const { url, asked } = await scriptRasa(({ method, json }) =>
      method === 'GET'
        ? { status: 405 }
        : {
            body: envelope(wrapped([{ id: JSON.stringify(json) }]), {
              next_link: 'skip' in (json as object) ? null : link(cursors[1] ?? ''),
            }),
          },
    );
    const created_since = new Date('2026-11-01T08:00:00Z');
    await clientsOf(url).rasa.insights.actions({ created_since }).all();
    expect(asked.map(({ method, json }) => json ?? method)).toEqual([
      'GET',
      { limit: 50, created_since: '2026-11-01 08:00:00' },
      { limit: 50, created_since: '2026-11-01 08:00:00', skip: 'YW5vdGhlci8r==' },
    ]);
  });
});

describe('aborting', () => {
  const reason = new Error('enough');

  it('ends an iteration with the reason, between two pages and during a call', async () => {
    const stopping = new AbortController();
    const { url } = await scriptRasa((asked, earlier) =>
      earlier === 0 ? serverOf(people(120))(asked) : { instead: 'silence' },
    );
    const seen: unknown[] = [];
    const iterate = async () => {
      for await (const { id } of clientsOf(url).rasa.persons.list({ signal: stopping.signal })) {
        seen.push(id);
        if (seen.length === 50)
          setImmediate(() => {
            stopping.abort(reason);
          });
      }
    };
    await expect(iterate()).rejects.toBe(reason);
    expect(seen).toHaveLength(50);
  });

  it('ends an iteration in the middle of a page too', async () => {
    const stopping = new AbortController();
    const { url } = await scriptRasa((asked) => serverOf(people(120))(asked));
    const seen: unknown[] = [];
    const iterate = async () => {
      for await (const { id } of clientsOf(url).rasa.persons.list({ signal: stopping.signal })) {
        if (seen.push(id) === 3) stopping.abort(reason);
      }
    };
    await expect(iterate()).rejects.toBe(reason);
    expect(seen).toHaveLength(3);
  });

  it('ends a call that waits for a token, or for another attempt', async () => {
    const { url, asked } = await scriptRasa(() => ({ status: 503 }));
    const stopping = new AbortController();
    const call = clientsOf(url, { retries: { delaysMs: [60_000], longestWaitMs: 60_000 } }).rasa.communities({
      signal: stopping.signal,
    });
    await expect.poll(() => asked.length).toBe(1);
    stopping.abort(reason);
    await expect(call).rejects.toBe(reason);

    const silent = await scriptRasa(
      () => ({}),
      () => ({ instead: 'silence' }),
    );
    const signal = AbortSignal.timeout(50);
    await expect(clientsOf(silent.url).rasa.communities({ signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(silent.asked).toEqual([]);
  });

  it('makes no call when it is aborted already', async () => {
    const { url, asked, tokens } = await scriptRasa(() => ({}));
    const signal = AbortSignal.abort(reason);
    await expect(clientsOf(url).rasa.persons.save({ email: 'a@example.com' }, { signal })).rejects.toBe(
      reason,
    );
    expect([asked, tokens]).toEqual([[], []]);
  });
});
