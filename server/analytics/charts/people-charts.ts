import { numberText } from '../../charts/ink.ts';
import { dayAt } from '../days.ts';
import type { ReportQuery } from '../query.ts';
import type { Column, Row } from '../reports/report.ts';
import { startsOf } from './starts.ts';
import { mostBars, type Drawn } from './total-charts.ts';
import { tableFrom } from './words.ts';

const count = (name: string): Column => ({ name, type: 'integer', about: '' });

/** Opens and clicks by day. */
export async function chartOfActions(
  query: ReportQuery,
  rows: AsyncIterable<Row>,
  nowMs: number,
): Promise<Drawn> {
  // Every action of the period is listed: a day without one had none.
  const days = new Map(
    startsOf({ ...query, interval: 'day' }, nowMs).map((day) => [day, { opens: 0, clicks: 0 }]),
  );
  let others = 0;
  for await (const { type, created } of rows) {
    const counts =
      typeof created === 'string' ? days.get(dayAt(Date.parse(created), query.timezone)) : undefined;
    if (counts && type === 'open') counts.opens++;
    else if (counts && type === 'click') counts.clicks++;
    else others++;
  }
  const counted = [...days].map(([day, counts]): Row => ({ day, ...counts }));
  const of = (name: 'opens' | 'clicks') => [...days.values()].map((counts) => counts[name]);
  const sum = (name: 'opens' | 'clicks') => of(name).reduce((total, each) => total + each, 0);
  return {
    title: 'Opens and clicks',
    sentence: `${numberText(sum('opens'))} opens and ${numberText(sum('clicks'))} clicks.`,
    panels: [
      {
        is: 'columns',
        title: 'Opens and clicks by day',
        unit: 'count',
        starts: [...days.keys()],
        series: [
          { name: 'Clicks', tone: 'amber', values: of('clicks') },
          { name: 'Opens', tone: 'blue', values: of('opens') },
        ],
        empty: 'No opens and no clicks in this period',
      },
    ],
    notes:
      others > 0 ? [`${numberText(others)} actions without a day or of another kind are not shown.`] : [],
    table: tableFrom([{ name: 'day', type: 'day', about: '' }, count('opens'), count('clicks')], counted),
  };
}

/** How many people are interested in each topic. */
export async function chartOfInterests(rows: AsyncIterable<Row>): Promise<Drawn> {
  const readers = new Map<string, number>();
  for await (const { topic } of rows) {
    if (typeof topic === 'string') readers.set(topic, (readers.get(topic) ?? 0) + 1);
  }
  const sorted = [...readers].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1));
  const shown = sorted.slice(0, mostBars);
  const [[topic, most] = ['', 0]] = sorted;
  return {
    title: 'Interests of readers',
    sentence:
      most === 0 ? 'No interests are known.' : `${topic} interests the most people: ${numberText(most)}.`,
    panels: [
      {
        is: 'bars',
        title: 'People interested in a topic, by their clicks',
        rows: shown.map(([label]) => ({ label })),
        series: [{ name: 'People', tone: 'blue', values: shown.map(([, people]) => people) }],
        empty: 'No interests are known',
      },
    ],
    notes: sorted.length > mostBars ? [`The first ${mostBars} of ${numberText(sorted.length)}.`] : [],
    table: tableFrom(
      [{ name: 'topic', type: 'text', about: '' }, count('people')],
      sorted.map(([name, people]) => ({ topic: name, people })),
    ),
  };
}

/** How many contacts there are, and how many of them open and click. */
export async function chartOfMembers(rows: AsyncIterable<Row>): Promise<Drawn> {
  const counts = new Map<string, number>(
    [
      'Contacts',
      'Subscribed',
      'Opened in 90 days',
      'Opened in 30 days',
      'Clicked in 90 days',
      'Clicked in 30 days',
    ].map((name) => [name, 0]),
  );
  const add = (name: string, isSo: boolean) => counts.set(name, (counts.get(name) ?? 0) + Number(isSo));
  for await (const row of rows) {
    add('Contacts', true);
    add('Subscribed', row['subscribed'] === true);
    for (const days of [90, 30]) {
      add(`Opened in ${days} days`, Number(row[`opens_${days}d`] ?? 0) > 0);
      add(`Clicked in ${days} days`, Number(row[`clicks_${days}d`] ?? 0) > 0);
    }
  }
  const all = counts.get('Contacts') ?? 0;
  const partOf = (people: number) =>
    all === 0 || people === all
      ? undefined
      : `${numberText(Math.round((people * 1000) / all) / 10)} % of all`;
  return {
    title: 'Contacts, and who reads',
    sentence: `${numberText(all)} contacts, ${numberText(counts.get('Subscribed') ?? 0)} of them subscribed.`,
    panels: [
      {
        is: 'bars',
        title: 'People',
        rows: [...counts].map(([label, people]) => ({ label, aside: partOf(people) })),
        series: [{ name: 'People', tone: 'blue', values: [...counts.values()] }],
        empty: '',
      },
    ],
    notes: [],
    table: tableFrom(
      [{ name: 'contacts', type: 'text', about: '' }, count('people')],
      [...counts].map(([name, people]) => ({ contacts: name, people })),
    ),
  };
}
