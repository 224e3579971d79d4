import type { Chart, Series } from '../../charts/chart.ts';
import { numberText } from '../../charts/ink.ts';
import type { Row } from '../reports/report.ts';
import { figuresIn, labelOf, listed } from './words.ts';

/** What a report adds to its picture. */
export interface Drawn extends Pick<Chart, 'title' | 'sentence' | 'panels' | 'notes'> {
  /** With the columns of the report, for the table. */
  readonly rows?: readonly Row[];
  /** In their place. */
  readonly table?: Chart['table'];
}

export const mostBars = 12;
const empty = 'There is nothing in this period';

interface Most {
  readonly title: string;
  /** What is counted, the first one decides the order. */
  readonly columns: readonly [string, string];
  readonly label: string;
  readonly panel: string;
}

const mosts: Readonly<Record<'articles' | 'images' | 'topics', Most>> = {
  articles: {
    title: 'Articles with the most clicks',
    columns: ['clicks', 'unique_clicks'],
    label: 'title',
    panel: 'Clicks, and people who clicked',
  },
  images: {
    title: 'Images with the most clicks',
    columns: ['clicks', 'unique_clicks'],
    label: 'title',
    panel: 'Clicks, and people who clicked',
  },
  topics: {
    title: 'What readers are interested in',
    columns: ['interactions', 'readers'],
    label: 'topic',
    panel: 'Clicks on articles of a topic, and people who clicked',
  },
};

export function chartOfMost(name: 'articles' | 'images' | 'topics', rows: readonly Row[]): Drawn {
  const { title, columns, label, panel } = mosts[name];
  const [first] = columns;
  const sorted = [...rows].sort((a, b) => Number(b[first] ?? -1) - Number(a[first] ?? -1));
  const shown = sorted.slice(0, mostBars);
  const tones = ['blue', 'grey'] as const;
  const labels = shown.map((row) => String(row[label] ?? row['url'] ?? row['id'] ?? 'without a name'));
  const [best] = figuresIn(shown, first);
  return {
    title,
    sentence:
      shown.length === 0 || best === null || best === undefined
        ? `${empty}.`
        : `${String(labels[0])} has the most: ${numberText(best)}.`,
    panels: [
      {
        is: 'bars',
        title: panel,
        rows: labels.map((text) => ({ label: text })),
        series: columns.map((column, index): Series => ({
          name: labelOf(column),
          tone: tones[index] ?? 'grey',
          values: figuresIn(shown, column),
        })),
        empty,
      },
    ],
    notes: sorted.length > mostBars ? [`The first ${mostBars} of ${numberText(sorted.length)}.`] : [],
    rows: sorted,
  };
}

const summed = [
  'delivered',
  'unique_opens',
  'unique_clicks',
  'bounces',
  'unsubscribes',
  'active_subscribers',
];
const asides: Readonly<Record<string, string>> = {
  unique_opens: 'open_rate',
  unique_clicks: 'click_rate',
};

export function chartOfSummary(rows: readonly Row[]): Drawn {
  const [row = {}] = rows;
  const known = summed.filter((name) => typeof row[name] === 'number');
  const unsaid = summed.filter((name) => !known.includes(name) && name !== 'active_subscribers');
  const { click_to_open_rate: clickToOpen } = row;
  const texts = known.map((name) => `${numberText(Number(row[name]))} ${name.replaceAll('_', ' ')}`);
  return {
    title: 'The period in figures',
    sentence: texts.length === 0 ? `${empty}.` : `${listed(texts)}.`,
    panels: [
      {
        is: 'bars',
        title: 'The days added up',
        rows: known.map((name) => {
          const rate = row[asides[name] ?? ''];
          return {
            label: labelOf(name),
            aside: typeof rate === 'number' ? `${numberText(rate)} % of delivered` : undefined,
          };
        }),
        series: [{ name: 'Figures', tone: 'blue', values: known.map((name) => Number(row[name])) }],
        empty,
      },
    ],
    notes: [
      ...(typeof clickToOpen === 'number'
        ? [`Of those who opened, ${numberText(clickToOpen)} % clicked (click-to-open rate).`]
        : []),
      ...(unsaid.length > 0
        ? [`rasa.io did not say: ${unsaid.map((name) => name.replaceAll('_', ' ')).join(', ')}.`]
        : []),
      'People who open or click on two days count twice, as every delivery counts.',
    ],
    rows,
  };
}
