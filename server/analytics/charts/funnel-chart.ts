import type { Chart, Panel, Series } from '../../charts/chart.ts';
import { numberText } from '../../charts/ink.ts';
import { percentOf } from '../definitions.ts';
import { daysBetween } from '../days.ts';
import { funnelColumnsBy, type FunnelQuery } from '../funnel/funnel.ts';
import type { Row } from '../reports/report.ts';
import { mostBars } from './total-charts.ts';
import { figuresIn, labelOf, listed, periodText, tableFrom } from './words.ts';

const empty = 'No visitors in this period';
const steps = ['fetched', 'started', 'accepted', 'confirmed', 'delivered', 'survived'] as const;

/**
 * The picture of the funnel: its steps where `query.by` is empty; days, forms or origins where it names one
 * of these. Others are refused by `whyNoChart`.
 */
export function chartOfFunnel(query: FunnelQuery, rows: readonly Row[], notes: readonly string[]): Chart {
  const { from, to, by, form, account } = query;
  const [group] = by;
  const panels =
    group === undefined ? [stepsOf(rows)] : group === 'day' ? [daysOf(query, rows)] : [placesOf(group, rows)];
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
  const rowCount = group === 'form' || group === 'origin' ? rows.length : 0;
  return {
    title: 'From the form to the newsletter',
    subtitle: [
      account === undefined ? 'All accounts' : `Account ${account}`,
      periodText(from, to),
      ...(form === undefined ? [] : [`form ${form}`]),
      'UTC',
    ].join(' · '),
    sentence: `${listed([`${numberText(sum('started'))} visitors started`, `${numberText(sum('accepted'))} sign-ups were accepted`, `${numberText(sum('refused'))} were refused`])}.`,
    panels,
    notes: [...notes, ...(rowCount > mostBars ? [`The first ${mostBars} of ${rowCount}.`] : [])],
    table: tableFrom(funnelColumnsBy(by), rows),
  };
}

/** What to choose instead, for a funnel that has no picture. */
export function whyNoChart({ by }: Pick<FunnelQuery, 'by'>): string | undefined {
  if (by.length <= 1) return undefined;
  return `by: found ${by.join()}, wanted one of day, form, origin, or nothing, for a chart.`;
}

function stepsOf(rows: readonly Row[]): Panel {
  const [row = {}] = rows;
  // Where no form asks for a click in a mail, nobody was lost at it.
  const shown = steps.filter((name) => name !== 'confirmed' || Number(row['confirmed'] ?? 0) > 0);
  const valueOf = (name: string) => figuresIn([row], name)[0] ?? null;
  const names = rows.length === 0 ? [] : [...shown, 'refused'];
  const asideOf = (name: string, index: number) => {
    const before = names[index - 1];
    if (before === undefined) return undefined;
    // What is refused is no step: those who were let in are the other part.
    const [whole, words] =
      name === 'refused'
        ? [(valueOf('accepted') ?? 0) + (valueOf('refused') ?? 0), 'all that were sent']
        : [valueOf(before), before];
    const part = percentOf(valueOf(name) ?? undefined, whole ?? undefined);
    return part === null ? undefined : `${numberText(Math.round(part))} % of ${words}`;
  };
  return {
    is: 'bars',
    title: 'Visitors and sign-ups, step by step',
    rows: names.map((name, index) => ({ label: labelOf(name), aside: asideOf(name, index) })),
    series: [{ name: 'Count', tone: 'blue', values: names.map(valueOf) }],
    empty,
  };
}

function daysOf({ from, to }: FunnelQuery, rows: readonly Row[]): Panel {
  const known = new Map(rows.map((row) => [String(row['day']), row]));
  const starts = daysBetween(from, to);
  const values = (name: string) => starts.map((day) => Number(known.get(day)?.[name] ?? 0));
  return {
    is: 'columns',
    title: 'Sign-ups by day',
    unit: 'count',
    starts,
    // Counts are complete: a day without a row had no visitor.
    series: [
      { name: 'Accepted', tone: 'blue', values: values('accepted') },
      { name: 'Refused', tone: 'amber', values: values('refused') },
    ],
    empty,
  };
}

function placesOf(group: 'form' | 'origin', rows: readonly Row[]): Panel {
  const weight = (row: Row) => Number(row['accepted'] ?? 0) + Number(row['refused'] ?? 0);
  const shown = [...rows].sort((a, b) => weight(b) - weight(a)).slice(0, mostBars);
  const series = (name: string, tone: Series['tone']): Series => ({
    name: labelOf(name),
    tone,
    values: figuresIn(shown, name),
  });
  return {
    is: 'bars',
    title: `Sign-ups by ${group === 'form' ? 'form' : 'origin of the page'}`,
    rows: shown.map((row) => ({ label: String(row[group]) === '' ? 'no such form' : String(row[group]) })),
    series: [series('started', 'grey'), series('accepted', 'blue'), series('refused', 'amber')],
    empty,
  };
}
