import type { InsightAction } from '../../accounts/reads.ts';
import { addDays, beginningOf, type Day } from '../days.ts';
import { email, timeOf, type Cell, type Report, type ReportSource } from './report.ts';

/** A period in ms, from its beginning to before its end. */
export interface Period {
  readonly sinceMs: number;
  readonly beforeMs: number;
}

const actions: Report = {
  name: 'actions',
  about: 'Every open and click, one by one.',
  columns: [
    { name: 'id', type: 'text', about: 'rasa.io’s id of the action.' },
    { name: 'person_id', type: 'text', about: 'rasa.io’s id of the person.' },
    {
      name: 'external_id',
      type: 'text',
      about: 'The person’s id in your own system, such as a member’s number.',
    },
    email,
    { name: 'type', type: 'text', about: '`open`, `click` or another word of rasa.io’s.' },
    { name: 'created', type: 'time', about: 'When it happened.' },
    { name: 'issue_date', type: 'time', about: 'Of the issue, where rasa.io says it.' },
    { name: 'url', type: 'text', about: 'What was clicked, where rasa.io says it.' },
    { name: 'title', type: 'text', about: 'Its title, where rasa.io says it.' },
  ],
  keys: ['id'],
  isAboutPeople: true,
  grows: 'rows',
  async *read(source) {
    const { from, to, timezone } = source.query;
    for await (const action of actionsOf(source, periodOf(from, to, timezone))) {
      const { fields } = action;
      yield {
        id: action.id ?? null,
        person_id: action.person_id ?? null,
        external_id: action.external_id ?? null,
        email: action.email ?? null,
        type: action.type ?? null,
        created: timeOf(action.created),
        issue_date: cellOf(fields['issue_date']),
        url: cellOf(fields['url']),
        title: cellOf(fields['title']),
      };
    }
  },
};

const interests: Report = {
  name: 'interests',
  about: 'The topics of each person, by what was clicked.',
  columns: [
    { name: 'person_id', type: 'text', about: 'rasa.io’s id of the person.' },
    { name: 'external_id', type: 'text', about: 'The person’s id in your own system.' },
    email,
    { name: 'topic', type: 'text', about: 'rasa.io’s name of the topic.' },
    { name: 'weight', type: 'number', about: 'How much it counts among the person’s topics.' },
    { name: 'first_click', type: 'time', about: 'The first click on an article of the topic.' },
    { name: 'last_click', type: 'time', about: 'The last one.' },
  ],
  keys: ['person_id', 'topic'],
  isAboutPeople: true,
  grows: 'whole',
  async *read({ reads, pageSize, signal, note }) {
    let people = 0;
    for await (const person of reads.insights.topics({ pageSize, signal })) {
      people++;
      for (const { topic, weight, count, first_click, last_click } of person.topics) {
        yield {
          person_id: person.person_id ?? null,
          external_id: person.external_id ?? null,
          email: person.email ?? null,
          topic: topic ?? null,
          weight: weight ?? count ?? null,
          first_click: timeOf(first_click),
          last_click: timeOf(last_click),
        };
      }
    }
    if (people === mostTopicReaders) note(cutNote);
  },
};

export const actionReports = { actions, interests };

/** A real account has answered as many, which may be all that rasa.io sends. */
export const mostTopicReaders = 50;
export const cutNote = `rasa.io sent topics of exactly ${mostTopicReaders} people, which may be its limit.`;

export function periodOf(from: Day, to: Day, timezone: string): Period {
  return { sinceMs: beginningOf(from, timezone), beforeMs: beginningOf(addDays(to, 1), timezone) };
}

/** Clicks that rasa.io is sure a machine made are left out where the query says so, and counted in a note. */
export async function* actionsOf(
  { reads, query, pageSize, signal, note }: ReportSource,
  { sinceMs, beforeMs }: Period,
): AsyncGenerator<InsightAction> {
  let suspect = 0;
  const created = { created_since: new Date(sinceMs), created_before: new Date(beforeMs) };
  for await (const action of reads.insights.actions({ ...created, pageSize, signal })) {
    const ms = action.created?.getTime();
    // rasa.io may ignore a filter, or read it to the day.
    if (ms !== undefined && (ms < sinceMs || ms >= beforeMs)) continue;
    if (query.suspectClicks === 'excluded' && isSuspect(action)) suspect++;
    else yield action;
  }
  if (suspect > 0) note(`${suspect} suspect clicks are left out: rasa.io’s confidence in them is 0.`);
}

/** The oldest description of an action has a `confidence`, which newer ones lack. */
function isSuspect({ type, fields }: InsightAction): boolean {
  return type === 'click' && (fields['confidence'] === 0 || fields['confidence'] === '0');
}

/** Monthly active subscribers, of any period: different people with an open or click. */
export async function countActive(source: ReportSource): Promise<number> {
  const { from, to, timezone } = source.query;
  const people = new Set<string>();
  for await (const { person_id, type } of actionsOf(source, periodOf(from, to, timezone))) {
    if (person_id !== undefined && (type === 'open' || type === 'click')) people.add(person_id);
  }
  return people.size;
}

function cellOf(value: unknown): Cell {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
