import type { Person } from '../../accounts/reads.ts';
import { addDays } from '../days.ts';
import { actionsOf, cutNote, mostTopicReaders, periodOf } from './actions.ts';
import { email, timeOf, type Cell, type Report, type ReportSource, type Row } from './report.ts';

const topicColumns = ['topic_1', 'topic_2', 'topic_3', 'topic_4', 'topic_5'] as const;

/**
 * A row for each person, for systems that keep members. Memory holds four numbers and two times for each
 * person who did something in 90 days, however often.
 */
export const members: Report = {
  name: 'members',
  about: 'A row for each contact: subscription, opens and clicks, topics. Counts end with the last day.',
  columns: [
    {
      name: 'external_id',
      type: 'text',
      about: 'The person’s id in your own system, such as a member’s number.',
    },
    { name: 'person_id', type: 'text', about: 'rasa.io’s id of the person.' },
    email,
    { name: 'subscribed', type: 'flag', about: 'Whether the person gets the newsletter.' },
    { name: 'unsubscribe_reason', type: 'text', about: 'rasa.io’s word, such as `OneClickUnsubscribe`.' },
    { name: 'unsubscribed_at', type: 'time', about: 'Where rasa.io says it.' },
    { name: 'updated', type: 'time', about: 'The last change of the contact.' },
    { name: 'opens_30d', type: 'integer', about: 'Opens in the 30 days up to the last day.' },
    { name: 'clicks_30d', type: 'integer', about: 'Clicks in these days.' },
    { name: 'opens_90d', type: 'integer', about: 'Opens in the 90 days up to the last day.' },
    { name: 'clicks_90d', type: 'integer', about: 'Clicks in these days.' },
    { name: 'last_open', type: 'time', about: 'As rasa.io has it, else the last one in 90 days.' },
    { name: 'last_click', type: 'time', about: 'As rasa.io has it, else the last one in 90 days.' },
    ...topicColumns.map((name) => ({
      name,
      type: 'text' as const,
      about: 'The topics with the most weight, the first one first.',
    })),
  ],
  keys: ['person_id'],
  isAboutPeople: true,
  grows: 'whole',
  async *read(source) {
    const { reads, query, pageSize, signal } = source;
    const engagement = await readEngagement(source);
    const topics = await readTopics(source);
    for await (const person of reads.persons.list({ pageSize, signal })) {
      if (query.segment !== undefined && person.segment_code !== query.segment) continue;
      yield rowOf(person, engagement.of(person.id), topics.get(person.id ?? ''));
    }
  },
};

function rowOf(person: Person, engaged: Engaged, topics: readonly string[] = []): Row {
  const { last_open, last_click } = engaged;
  return {
    external_id: person.external_id ?? null,
    person_id: person.id ?? null,
    email: person.email ?? null,
    subscribed: person.is_subscribed ?? null,
    unsubscribe_reason: person.unsubscribe_reason ?? null,
    unsubscribed_at: unsubscribedAt(person),
    updated: timeOf(person.updated),
    ...engaged,
    last_open: timeOf(person.last_open) ?? last_open,
    last_click: timeOf(person.last_click) ?? last_click,
    ...Object.fromEntries(topicColumns.map((name, index) => [name, topics[index] ?? null])),
  };
}

/** No description names it; these are the names that rasa.io's export and other clients use. */
function unsubscribedAt({ is_subscribed, attributes }: Person): Cell {
  if (is_subscribed !== false) return null;
  const { unsubscribed_at, unsubscribe_date, unsubscribed_date } = attributes;
  const found = unsubscribed_at ?? unsubscribe_date ?? unsubscribed_date;
  return typeof found === 'string' ? found : null;
}

interface Engaged extends Row {
  readonly opens_30d: number;
  readonly clicks_30d: number;
  readonly opens_90d: number;
  readonly clicks_90d: number;
  readonly last_open: string | null;
  readonly last_click: string | null;
}

/** What the people did, in six numbers each. */
class Engagement {
  static readonly width = 6;
  readonly #indexes = new Map<string, number>();
  #numbers = new Float64Array(1024 * Engagement.width);

  count(person: string, kind: 'open' | 'click', ms: number, isRecent: boolean): void {
    const at = this.#placeOf(person) + (kind === 'open' ? 0 : 3);
    const numbers = this.#numbers;
    if (isRecent) numbers[at] = (numbers[at] ?? 0) + 1;
    numbers[at + 1] = (numbers[at + 1] ?? 0) + 1;
    numbers[at + 2] = Math.max(numbers[at + 2] ?? 0, ms);
  }

  /** Nobody who did nothing is unknown: zero is what is known of them. */
  of(person: string | undefined): Engaged {
    const index = person === undefined ? undefined : this.#indexes.get(person);
    const at = (index ?? 0) * Engagement.width;
    const [opens30 = 0, opens90 = 0, opened = 0, clicks30 = 0, clicks90 = 0, clicked = 0] =
      index === undefined ? [] : this.#numbers.subarray(at, at + Engagement.width);
    return {
      opens_30d: opens30,
      clicks_30d: clicks30,
      opens_90d: opens90,
      clicks_90d: clicks90,
      last_open: opened === 0 ? null : new Date(opened).toISOString(),
      last_click: clicked === 0 ? null : new Date(clicked).toISOString(),
    };
  }

  #placeOf(person: string): number {
    const known = this.#indexes.get(person);
    if (known !== undefined) return known * Engagement.width;
    const place = this.#indexes.size * Engagement.width;
    this.#indexes.set(person, this.#indexes.size);
    if (place >= this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    return place;
  }
}

async function readEngagement(source: ReportSource): Promise<Engagement> {
  const { to, timezone } = source.query;
  const recent = periodOf(addDays(to, -29), to, timezone);
  const engagement = new Engagement();
  for await (const { person_id, type, created } of actionsOf(
    source,
    periodOf(addDays(to, -89), to, timezone),
  )) {
    if (person_id === undefined || created === undefined || (type !== 'open' && type !== 'click')) continue;
    engagement.count(person_id, type, created.getTime(), created.getTime() >= recent.sinceMs);
  }
  return engagement;
}

/** The five topics with the most weight of each person that rasa.io tells of. */
async function readTopics({
  reads,
  pageSize,
  signal,
  note,
}: ReportSource): Promise<ReadonlyMap<string, readonly string[]>> {
  const topics = new Map<string, readonly string[]>();
  for await (const person of reads.insights.topics({ pageSize, signal })) {
    const sorted = [...person.topics].sort((a, b) => (b.weight ?? b.count ?? 0) - (a.weight ?? a.count ?? 0));
    const names = sorted.flatMap(({ topic }) => topic ?? []).slice(0, topicColumns.length);
    if (person.person_id !== undefined) topics.set(person.person_id, names);
  }
  if (topics.size === mostTopicReaders) note(`${cutNote} The topic columns of all others are empty.`);
  return topics;
}
