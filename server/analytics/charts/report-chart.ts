import type { Chart } from '../../charts/chart.ts';
import { addDays, dayAt } from '../days.ts';
import type { ReportQuery } from '../query.ts';
import { columnsOf, type Column, type ReportName, type Row } from '../reports/report.ts';
import { reports } from '../reports/reports.ts';
import { chartOfActions, chartOfInterests, chartOfMembers } from './people-charts.ts';
import { chartOfActivities } from './activities-chart.ts';
import { chartOfMost, chartOfSummary, type Drawn } from './total-charts.ts';
import { periodText, tableFrom } from './words.ts';

export interface ChartRequest {
  readonly name: ReportName;
  readonly query: ReportQuery;
  readonly account: string;
  readonly rows: AsyncIterable<Row>;
  readonly nowMs: number;
}

/** Late opens and clicks come for about so many days. */
const growingDays = 7;

/**
 * The picture of a report. Reports about people are counted, so that nobody can be told in it, and memory
 * does not depend on their number. Rejects as `rows` do.
 */
export async function chartOf({ name, query, account, rows, nowMs }: ChartRequest): Promise<Chart> {
  const drawn = await draw(name, query, { rows, nowMs });
  const { from, to, segment, timezone, suspectClicks, interval } = query;
  const isPeriod = name !== 'members' && name !== 'interests';
  const period = isPeriod ? periodText(from, to) : periodText(to, to);
  const isGrowing = isPeriod && to > addDays(dayAt(nowMs, timezone), -growingDays);
  return {
    title: drawn.title,
    subtitle: [
      `Account ${account}`,
      period,
      ...(name === 'activities' && interval !== 'day' ? [`by ${interval}`] : []),
      ...(segment === undefined ? [] : [`segment ${segment}`]),
      ...(isPeriod ? [timezone] : []),
    ].join(' · '),
    sentence: drawn.sentence,
    panels: drawn.panels,
    notes: [
      ...drawn.notes,
      ...(isGrowing ? ['The last days still grow: people open and click days later.'] : []),
      ...(name === 'interests'
        ? []
        : [
            `Suspect clicks, which machines made, are ${suspectClicks === 'included' ? 'counted too' : 'left out'}.`,
          ]),
    ],
    table: drawn.table ?? tableFrom(shownColumns(name), drawn.rows ?? []),
  };
}

/** Ids say nothing to people. */
function shownColumns(name: ReportName): readonly Column[] {
  return columnsOf(reports[name], false).filter((column) => column.name !== 'id');
}

async function draw(
  name: ReportName,
  query: ReportQuery,
  { rows, nowMs }: Pick<ChartRequest, 'rows' | 'nowMs'>,
): Promise<Drawn> {
  switch (name) {
    case 'activities':
      return chartOfActivities(query, await all(rows), nowMs);
    case 'summary':
      return chartOfSummary(await all(rows));
    case 'articles':
    case 'images':
    case 'topics':
      return chartOfMost(name, await all(rows));
    case 'actions':
      return chartOfActions(query, rows, nowMs);
    case 'interests':
      return chartOfInterests(rows);
    case 'members':
      return chartOfMembers(rows);
  }
}

async function all(rows: AsyncIterable<Row>): Promise<readonly Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
