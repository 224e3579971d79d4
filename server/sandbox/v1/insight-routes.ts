import { z } from 'zod';
import { sameSql } from '../../store/database.ts';
import { writeTime } from '../api/dates.ts';
import { count, instant, linkTo, refuseQuery, wrapIf } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { personColumns, personOf, type Person } from '../contacts/person.ts';
import type { Variants } from '../control/variants.ts';
import { articleOf } from '../figures/articles.ts';
import {
  bounceBucket,
  bucketOf,
  issueAt,
  lastIssueBy,
  longestReadingDays,
  readingOf,
} from '../figures/issues.ts';
import { topicsRead } from './person-part-routes.ts';

const base = { method: 'GET', access: 'v1', kind: 'analytics' } as const;

export const insightRoutes: readonly Route[] = [
  {
    ...base,
    path: '/v1/insights/actions',
    source: 'SPEC',
    about:
      'Opens and clicks one by one: `created_since`, `created_before`, `limit`. `next_link` has an opaque `skip`, which is passed on unchanged.',
    answer: listActions,
  },
  {
    ...base,
    path: '/v1/insights/topics',
    source: 'LIVE',
    about: 'The topics of each reader; at most 50 readers, and no paging.',
    answer: listTopics,
  },
];

/** Where a page begins: with the action `part` of the contact `seq`, or one after it, of an issue. */
interface Cursor {
  readonly issue: number;
  readonly seq: number;
  readonly part: number;
}

/** Without `created_since`, and with it. */
const issuesBack = 30;
const mostIssuesBack = 400;

const actionsSchema = z.object({
  skip: z.string().optional(),
  limit: count.default(50),
  created_since: instant,
  created_before: instant,
});

async function listActions(call: Call, parts: ApiParts): Promise<Reply> {
  const { variants } = parts.faults;
  const query = actionsSchema.safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { skip, created_since, created_before = Infinity } = query.data;
  const since = created_since ?? 0;
  const before = Math.min(created_before, parts.now() + 1);
  const last = lastIssueBy(before - 1);
  const back = created_since === undefined ? issuesBack : mostIssuesBack;
  const first = Math.max(last - back + 1, lastIssueBy(since) - longestReadingDays);
  const cursor =
    skip === undefined || skip === '0' ? { issue: first, seq: 0, part: 0 } : readCursor(skip, first);
  if (!cursor) return reply(400, 'skip is not one that next_link had');
  const limit = Math.min(query.data.limit, variants.maxPage);
  const { results, next } = await readActions(parts, cursor, { since, before, last, limit });
  const isLinked =
    variants.nextLink === 'past-end' || (variants.nextLink === 'until-end' && next.issue <= last);
  return { status: 200, results, nextLink: isLinked ? linkTo(call, writeCursor(next)) : null };
}

interface Wanted {
  readonly since: number;
  readonly before: number;
  readonly last: number;
  readonly limit: number;
}

async function readActions(
  { database, faults }: ApiParts,
  from: Cursor,
  { since, before, last, limit }: Wanted,
): Promise<{ readonly results: readonly object[]; readonly next: Cursor }> {
  const results: object[] = [];
  let next = from;
  while (next.issue <= last) {
    const { issue, seq, part } = next;
    const at = issueAt(issue);
    const rows = await database.read({
      sql: sameSql(actingSql),
      params: [seq, at, at, bounceBucket, issue * 61, issue * 61, limit + 1],
    });
    for (const person of rows.map(personOf)) {
      const actions = actionsOf(person, issue, faults.variants).filter(
        (one) => one.at >= since && one.at < before,
      );
      for (let index = person.seq === seq ? part : 0; index < actions.length; index++) {
        next = { issue, seq: person.seq, part: index };
        if (results.length >= limit) return { results, next };
        results.push(wrapIf(faults.variants.readItems, actions[index]?.data ?? {}));
      }
      next = { issue, seq: person.seq + 1, part: 0 };
    }
    if (rows.length === 0) next = { issue: issue + 1, seq: 0, part: 0 };
  }
  return { results, next };
}

/** Who got an issue and did something with it; the same draw as in `readingOf`. */
const actingSql = `
  select ${personColumns} from contacts
  where seq >= ? and created < ? and until >= ? and bucket < ?
    and ((bucket * 37 + ?) % 100 < 40 or (bucket * 37 + ?) % 100 between 92 and 94)
  order by seq limit ?`;

function actionsOf(person: Readonly<Person>, issue: number, { actionType, dates }: Variants) {
  const { opens, clicks, machineClicks, article, at } = readingOf(
    bucketOf(person.email.toLowerCase()),
    issue,
  );
  const kinds = [...(opens > 0 ? ['open'] : []), ...(clicks + machineClicks > 0 ? ['click'] : [])];
  return kinds.map((kind, index) => {
    const { url, title } = articleOf(issue, article);
    const older = {
      action_type: kind,
      issue_date: writeTime(issueAt(issue), dates),
      url: kind === 'click' ? url : null,
      action_time: writeTime(at, dates),
      email_subject: `Issue ${issue}`,
      useragent: machineClicks > 0 ? 'scanner' : 'Mozilla/5.0',
      title: kind === 'click' ? title : null,
      confidence: machineClicks > 0 ? 0 : 1,
    };
    const data = {
      id: (issue * 10_000_000 + person.seq) * 2 + index,
      person_id: person.id,
      external_id: person.external_id,
      email: person.email,
      ...(actionType === 'type' ? { type: kind } : older),
      created: writeTime(at, dates),
    };
    return { at, data };
  });
}

function writeCursor({ issue, seq, part }: Cursor): string {
  return Buffer.from(JSON.stringify([issue, seq, part])).toString('base64');
}

function readCursor(text: string, first: number): Cursor | undefined {
  try {
    const [issue, seq, part] = z
      .tuple([z.int(), z.int().min(0), z.int().min(0)])
      .parse(JSON.parse(Buffer.from(text, 'base64').toString()));
    return { issue: Math.max(issue, first), seq, part };
  } catch {
    // Not one of ours.
    return undefined;
  }
}

/** The probe of a real account got as many. */
const topicReaders = 50;

async function listTopics(_call: Call, { database, faults, now }: ApiParts): Promise<Reply> {
  const { readItems, topicWeight, dates } = faults.variants;
  const rows = await database.read({
    sql: sameSql(
      `select ${personColumns} from contacts where archived = 0 and bucket < ? order by seq limit 1000`,
    ),
    params: [bounceBucket],
  });
  const readers = rows
    .map(personOf)
    .map((person) => ({ person, topics: topicsRead(person, now()) }))
    .filter(({ topics }) => topics.length > 0)
    .slice(0, topicReaders);
  const results = readers.map(({ person: { id, external_id, email }, topics }) =>
    wrapIf(readItems, {
      person_id: id,
      external_id,
      email,
      topics: topics.map(({ topic, first, last, count }) => ({
        topic,
        first_click: writeTime(first, dates),
        last_click: writeTime(last, dates),
        [topicWeight]: count,
      })),
    }),
  );
  return { status: 200, results };
}
