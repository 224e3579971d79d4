import type { Series } from '../../charts/chart.ts';
import { numberText } from '../../charts/ink.ts';
import { sumOf } from '../definitions.ts';
import type { ReportQuery } from '../query.ts';
import type { Row } from '../reports/report.ts';
import { startsOf } from './starts.ts';
import type { Drawn } from './total-charts.ts';
import { figuresIn, labelOf, listed } from './words.ts';

const people = [
  ['delivered', 'grey'],
  ['unique_opens', 'blue'],
  ['unique_clicks', 'amber'],
] as const;
const rates = [
  ['open_rate', 'blue'],
  ['click_rate', 'amber'],
  ['click_to_open_rate', 'grey'],
] as const;
const empty = 'No figures in this period';

/** People above, rates below, over the same time. */
export function chartOfActivities(query: ReportQuery, rows: readonly Row[], nowMs: number): Drawn {
  const known = new Map(rows.map((row) => [String(row['start']), row]));
  const expected = startsOf(query, nowMs);
  // The hours of today that are still to come are no gap.
  const isToday = query.interval === 'hour';
  const last = isToday ? expected.findLastIndex((start) => known.has(start)) + 1 : expected.length;
  const starts = [
    ...new Set([...known.keys(), ...expected.slice(0, last === 0 ? expected.length : last)]),
  ].sort();
  const inOrder = starts.map((start) => known.get(start));
  const seriesOf = (columns: typeof people | typeof rates) =>
    columns
      .map(([name, tone]): Series => ({ name: labelOf(name), tone, values: figuresIn(inOrder, name) }))
      .filter(({ values }) => values.some((value) => value !== null));
  const unsaid = [...people, ...rates]
    .map(([name]) => name)
    .filter((name) => figuresIn(inOrder, name).every((value) => value === null));
  const totals = people.flatMap(([name]) => {
    const values = figuresIn(rows, name);
    const total = sumOf(values.map((value) => value ?? undefined));
    return total === undefined ? [] : [`${numberText(total)} ${name.replaceAll('_', ' ')}`];
  });
  return {
    title: 'Delivered, opened, clicked',
    sentence: totals.length === 0 ? `${empty}.` : `In all, ${listed(totals)}.`,
    rows,
    panels: [
      {
        is: 'lines',
        title: `Issues delivered, people who opened and clicked, by ${query.interval}`,
        unit: 'count',
        starts,
        series: seriesOf(people),
        empty,
      },
      {
        is: 'lines',
        title: 'Rates, in percent',
        unit: 'percent',
        starts,
        series: seriesOf(rates),
        empty,
      },
    ],
    notes:
      rows.length > 0 && unsaid.length > 0
        ? [`rasa.io did not say: ${unsaid.map((name) => name.replaceAll('_', ' ')).join(', ')}.`]
        : [],
  };
}
