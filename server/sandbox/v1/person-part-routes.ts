import { writeTime } from '../api/dates.ts';
import { pageOfAll, wrapIf } from '../api/paging.ts';
import { noPerson, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import type { Person } from '../contacts/person.ts';
import { topicOf, articleOf } from '../figures/articles.ts';
import { bounceBucket, bucketOf, gets, issueAt, lastIssueBy, readingOf } from '../figures/issues.ts';

const base = { method: 'GET', access: 'v1', kind: 'persons' } as const;

/** What belongs to one person. */
export const personPartRoutes: readonly Route[] = [
  {
    ...base,
    path: '/v1/persons/:id/attributes',
    source: 'LIVE',
    about: 'Its custom attributes as they were written, any JSON value each: `skip`, `limit`.',
    answer: (call, parts) => withPerson(call, parts, attributesOf),
  },
  {
    ...base,
    path: '/v1/persons/:id/actions',
    source: 'SPEC',
    about: 'What it opened and clicked in the last seven days.',
    answer: (call, parts) => withPerson(call, parts, actionsOf),
  },
  {
    ...base,
    path: '/v1/persons/:id/topics',
    source: 'LIVE',
    about: 'The topics that it clicked, with first and last click.',
    answer: (call, parts) => withPerson(call, parts, topicsOf),
  },
  {
    ...base,
    path: '/v1/persons/:id/sends',
    source: 'SPEC',
    about: 'The issues of the last 30 days that were sent to it, newest first.',
    answer: (call, parts) => withPerson(call, parts, sendsOf),
  },
];

type PartOf = (person: Readonly<Person>, call: Call, parts: ApiParts) => Reply;

async function withPerson(call: Call, parts: ApiParts, answer: PartOf): Promise<Reply> {
  const person = await parts.persons.find(call.params['id'] ?? '');
  return person ? answer(person, call, parts) : noPerson;
}

const attributeLimits = { usual: 50, most: 5000 };

function attributesOf({ attributes }: Readonly<Person>, call: Call, { faults }: ApiParts): Reply {
  const { variants } = faults;
  const paged = pageOfAll(call, attributes, attributeLimits, variants);
  if (!('page' in paged)) return paged;
  if (variants.attributes === 'object') {
    const object = Object.fromEntries(paged.page.map(({ name, value }) => [name, value]));
    return { status: 200, results: [{ attributes: object }], ...paged.parts };
  }
  const results = paged.page.map(({ name, value, created }) =>
    wrapIf(variants.partItems, {
      name,
      value,
      data_source_name: 'API',
      created: writeTime(created, variants.dates),
    }),
  );
  return { status: 200, results, ...paged.parts };
}

/** The issues that a person got, newest first, as far back as `days`. */
function issuesOf(person: Readonly<Person>, now: number, days: number): readonly number[] {
  const last = lastIssueBy(now);
  return Array.from({ length: days }, (_, back) => last - back).filter((issue) => gets(person, issue));
}

function actionsOf(person: Readonly<Person>, _call: Call, { faults, now }: ApiParts): Reply {
  const { partItems, dates } = faults.variants;
  const bucket = bucketOf(person.email.toLowerCase());
  const results = issuesOf(person, now(), 7).flatMap((issue) => {
    const { opens, clicks, article, at } = readingOf(bucket, issue);
    const action = (action_type: string, url: string | null) =>
      wrapIf(partItems, {
        action_type,
        url,
        issue_date: writeTime(issueAt(issue), dates),
        action_time: writeTime(at, dates),
      });
    if (at > now()) return [];
    return [
      ...(clicks > 0 ? [action('click', articleOf(issue, article).url)] : []),
      ...(opens > 0 ? [action('open', null)] : []),
    ];
  });
  return { status: 200, results };
}

function topicsOf(person: Readonly<Person>, _call: Call, { faults, now }: ApiParts): Reply {
  const { partItems, personTopics, dates } = faults.variants;
  const topics = topicsRead(person, now()).map(({ topic, first, last, count }) => ({
    topic,
    first_click: writeTime(first, dates),
    last_click: writeTime(last, dates),
    count,
  }));
  if (personTopics === 'flat') return { status: 200, results: topics.map((one) => wrapIf(partItems, one)) };
  const { id: person_id, external_id, email } = person;
  return { status: 200, results: [wrapIf(partItems, { person_id, external_id, email, topics })] };
}

export interface TopicRead {
  readonly topic: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** The topics that a person clicked in the last 30 days. */
export function topicsRead(person: Readonly<Person>, now: number): readonly TopicRead[] {
  const bucket = bucketOf(person.email.toLowerCase());
  const topics = new Map<string, TopicRead>();
  for (const issue of issuesOf(person, now, 30)) {
    const { clicks, article, at } = readingOf(bucket, issue);
    if (clicks === 0 || at > now) continue;
    const topic = topicOf(issue, article);
    const { last = at, count = 0 } = topics.get(topic) ?? {};
    topics.set(topic, { topic, first: at, last, count: count + clicks });
  }
  return [...topics.values()];
}

function sendsOf(person: Readonly<Person>, _call: Call, { faults, now }: ApiParts): Reply {
  const { partItems, dates } = faults.variants;
  const status = bucketOf(person.email.toLowerCase()) === bounceBucket ? 'HardBounce' : 'Delivered';
  const results = issuesOf(person, now(), 30).map((issue) => {
    const at = writeTime(issueAt(issue), dates);
    return wrapIf(partItems, {
      person_id: person.id,
      email: person.email,
      external_id: person.external_id,
      issue_id: `issue-${issue}`,
      send_at: at,
      status,
      created: at,
      updated: at,
    });
  });
  return { status: 200, results };
}
