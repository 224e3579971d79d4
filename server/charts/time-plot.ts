import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale';
import { line, stack } from 'd3-shape';
import { html, type Html } from '../pages/document.ts';
import type { Series, TimePanel } from './chart.ts';
import { dashes, lightOf, tickText, widthOf } from './ink.ts';

/** Where a plot stands in its picture, in px, with the words of its axes. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the words under a plot. */
export const timeLabelHeight = 26;

interface Drawing {
  readonly panel: TimePanel;
  /** The middle of a period, in px. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** How wide a column is. */
  readonly width: number;
  readonly box: Box;
}

/** Room for the words of the upright axis: plots above each other share the widest. */
export function axisWidth(panel: TimePanel): number {
  return Math.max(...ticksOf(panel).ticks.map((tick) => widthOf(tickText(tick, panel.unit)))) + 12;
}

/** Axes that start at 0, and lines or columns. What is not known is tinted and has neither. */
export function renderTimePlot(panel: TimePanel, box: Box, left = axisWidth(panel)): readonly Html[] {
  const { starts, series, unit } = panel;
  const { scale, ticks, highest } = ticksOf(panel);
  const bottom = box.y + box.height - timeLabelHeight;
  const y = scale.range([bottom, box.y + 8]);
  const band = scaleBand<number>()
    .domain(starts.map((_start, index) => index))
    .range([box.x + left, box.x + box.width])
    .paddingInner(0.22)
    .paddingOuter(0.11);
  // Columns stay apart, also where there are many of them.
  const width = Math.max(1, Math.min(band.bandwidth(), band.step() - 3, 64));
  const x = (index: number) => (band(index) ?? 0) + band.bandwidth() / 2;
  const drawing: Drawing = { panel, x, y, width, box };
  const gaps = gapsIn(panel).map(
    ([first, last]) =>
      html`<rect
        class="fill-gap"
        fill=${lightOf('gap')}
        x=${px(x(first) - band.step() / 2)}
        y=${px(box.y + 8)}
        width=${px((last - first + 1) * band.step())}
        height=${px(bottom - box.y - 8)}
      ></rect>`,
  );
  const isEmpty = series.every(({ values }) => values.every((value) => value === null));
  return [
    ...gaps,
    ...ticks.map((tick) =>
      renderTick(tick, { y: y(tick), left: box.x + left, right: box.x + box.width, unit }),
    ),
    ...(panel.is === 'lines' ? series.flatMap((one) => renderLine(one, drawing)) : renderColumns(drawing)),
    ...renderTimes(drawing),
    ...(isEmpty || highest === 0 ? [renderEmpty(panel.empty, box, left)] : []),
  ];
}

interface TickPlace {
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly unit: TimePanel['unit'];
}

function renderTick(tick: number, { y, left, right, unit }: TickPlace): Html {
  const colour = tick === 0 ? 'edge' : 'grid';
  return html`<path
      class=${`stroke-${colour}`}
      stroke=${lightOf(colour)}
      fill="none"
      d=${`M${px(left)} ${px(y)}H${px(right)}`}
    ></path>
    <text class="fill-quiet" fill=${lightOf('quiet')} x=${px(left - 8)} y=${px(y + 5)} text-anchor="end">
      ${tickText(tick, unit)}
    </text>`;
}

function renderEmpty(words: string, { x, y, width, height }: Box, left: number): Html {
  return html`<text
    class="fill-quiet"
    fill=${lightOf('quiet')}
    x=${px(x + (left + width) / 2)}
    y=${px(y + (height - timeLabelHeight) / 2)}
    text-anchor="middle"
  >
    ${words}
  </text>`;
}

/** A line that stops where nothing is known. What stands alone between two gaps is a dot. */
function renderLine({ tone, values }: Series, { x, y }: Drawing): readonly Html[] {
  const points = values.map((value, index) => ({ value, index }));
  const path = line<(typeof points)[number]>()
    .defined(({ value }) => value !== null)
    .x(({ index }) => x(index))
    .y(({ value }) => y(value ?? 0))
    .digits(1);
  const dots = points.filter(
    ({ value, index }) =>
      value !== null &&
      (points.length <= mostDots ||
        ((values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null)),
  );
  const stroke = html`<path
    class=${`stroke-${tone}`}
    stroke=${lightOf(tone)}
    stroke-width="2.5"
    stroke-linejoin="round"
    stroke-dasharray=${dashes[tone]}
    fill="none"
    d=${path(points) ?? ''}
  ></path>`;
  return [
    stroke,
    ...dots.map(
      ({ value, index }) =>
        html`<circle
          class=${`fill-${tone}`}
          fill=${lightOf(tone)}
          cx=${px(x(index))}
          cy=${px(y(value ?? 0))}
          r="3.5"
        ></circle>`,
    ),
  ];
}

/** With few points each is marked. */
const mostDots = 15;

function renderColumns({ panel: { starts, series }, x, y, width }: Drawing): readonly Html[] {
  const stacked = stack<number, number>()
    .keys(series.map((_one, index) => index))
    .value((index, key) => series[key]?.values[index] ?? 0)(starts.map((_start, index) => index));
  return stacked.flatMap((layer, key) => {
    const { tone = 'grey', values = [] } = series[key] ?? {};
    return layer.flatMap(([from, to], index) =>
      (values[index] ?? null) === null || from === to
        ? []
        : [
            html`<rect
              class=${`fill-${tone}`}
              fill=${lightOf(tone)}
              rx="1.5"
              x=${px(x(index) - width / 2)}
              y=${px(y(to))}
              width=${px(width)}
              height=${px(y(from) - y(to))}
            ></rect>`,
          ],
    );
  });
}

function renderTimes({ panel: { starts }, x, box }: Drawing): readonly Html[] {
  const right = box.x + box.width;
  return labelled(starts).map(([index, label]) => {
    const half = widthOf(label) / 2;
    return html`<text
      class="fill-quiet"
      fill=${lightOf('quiet')}
      x=${px(Math.max(box.x + half, Math.min(x(index), right - half)))}
      y=${px(box.y + box.height - 6)}
      text-anchor="middle"
    >
      ${label}
    </text>`;
  });
}

/** A grid of three or four lines, at round figures. */
function ticksOf(panel: TimePanel) {
  const highest = Math.max(0, ...panel.starts.map((_start, index) => heightAt(panel, index)));
  const scale = scaleLinear()
    .domain([0, highest === 0 ? 1 : highest])
    .nice(3);
  const isRound = (tick: number) => panel.unit === 'percent' || Number.isInteger(tick);
  const ticks = highest === 0 ? [0] : scale.ticks(3).filter(isRound);
  return { scale, ticks, highest };
}

function heightAt({ is, series }: TimePanel, index: number): number {
  const values = series.map(({ values: all }) => all[index] ?? 0);
  return is === 'columns' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
}

/** First and last index of each run of periods of which nothing is known. */
export function gapsIn({ starts, series }: TimePanel): readonly (readonly [number, number])[] {
  const gaps: [number, number][] = [];
  for (const index of starts.keys()) {
    if (series.some(({ values }) => (values[index] ?? null) !== null)) continue;
    const last = gaps.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else gaps.push([index, index]);
  }
  return gaps.length === 1 && gaps[0]?.[1] === starts.length - 1 && gaps[0][0] === 0 ? [] : gaps;
}

const mostLabels = 7;
const dayMs = 86_400_000;

/** Round times where there are some among the periods, such as the first of a month, else every so many. */
function labelled(starts: readonly string[]): readonly (readonly [index: number, label: string])[] {
  const times = starts.map(timeOf);
  const ms = new Map(times.map((time, index) => [time.getTime(), index]));
  const [first = new Date(0), last = first] = [times[0], times.at(-1)];
  const round = scaleUtc()
    .domain([first, last])
    .ticks(mostLabels)
    .flatMap((tick) => ms.get(tick.getTime()) ?? []);
  const every = Math.ceil(starts.length / mostLabels);
  const indexes =
    round.length >= 4 && round.length <= mostLabels + 3
      ? round
      : [...starts.keys()].filter((index) => index % every === 0);
  const isMonthly = starts.length > 1 && starts.every((start) => /^.{8}01$/.test(start));
  const hasYears = first.getUTCFullYear() !== last.getUTCFullYear();
  const stepMs = (times[1]?.getTime() ?? Infinity) - first.getTime();
  const isLong = last.getTime() - first.getTime() >= 2 * dayMs;
  let year: number | undefined;
  return indexes.map((index) => {
    const start = starts[index] ?? '';
    const time = times[index] ?? first;
    if (stepMs < dayMs && !start.endsWith('T00:00')) {
      const clock = start.slice(11);
      return [index, isLong ? `${dayFormat.format(time)}, ${clock}` : clock];
    }
    const isNewYear = hasYears && year !== time.getUTCFullYear();
    year = time.getUTCFullYear();
    if (isMonthly) return [index, monthFormat.format(time)];
    return [index, (isNewYear ? yearFormat : dayFormat).format(time)];
  });
}

function timeOf(start: string): Date {
  return new Date(start.length > 10 ? `${start}:00Z` : start);
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const monthFormat = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const yearFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
