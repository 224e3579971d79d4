import { scaleLinear, scaleUtc } from 'd3-scale';
import { html, svg } from 'lit';
import type { Html } from '../../pages/document.ts';
import { widthOf } from '../../charts/ink.ts';
import { clockOf, count, timeOf } from './parts.ts';

/** Where a chart is drawn, in units of its view box, which are pixels where it is as wide as meant. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(ms: number): number;
  y(value: number): number;
}

export interface PlotOptions {
  /** Says what it shows, for who does not see it. */
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly most: number;
  /** What the plot shows; with the grid, the axes and their words around it. */
  readonly draw: (plot: Plot) => unknown;
  /** In its middle, where there is nothing to show. */
  readonly empty: string | undefined;
  readonly wide: number;
}

const narrow = 326;
const height = 236;

/**
 * A chart twice, for wide and narrow screens, so that its words are never scaled down; the style sheet shows
 * one of them.
 */
export function plot(options: PlotOptions): Html {
  return html`${drawn(options, options.wide, 'wide')}${drawn(options, narrow, 'narrow')}` as Html;
}

function drawn({ label, fromMs, toMs, most, draw, empty }: PlotOptions, width: number, size: string) {
  const y = scaleLinear()
    .domain([0, Math.max(most, 1)])
    .nice(3);
  const values = y.ticks(3).filter(Number.isInteger);
  const [left, right, top, bottom] = [14 + widthOf(count(y.domain()[1] ?? 0)), width, 24, height - 28];
  y.range([bottom, top]);
  const x = scaleUtc().domain([fromMs, toMs]).range([left, right]);
  const plot: Plot = { left, right, top, bottom, x: (ms) => round(x(ms)), y: (value) => round(y(value)) };
  const isLong = toMs - fromMs > 1.1 * dayMs;
  const labelOf = isLong ? dayOf : clockOf;
  const room = (ms: number) => widthOf(labelOf(ms)) / 2;
  return html`<svg class=${size} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>
    ${values.map(
      (
        value,
      ) => svg`<path class=${value === 0 ? 'base' : 'grid'} d=${`M${left} ${plot.y(value)}H${right}`}></path>
        <text x=${left - 8} y=${plot.y(value) + 5} text-anchor="end">${count(value)}</text>`,
    )}
    ${draw(plot)}
    ${x
      .ticks(Math.floor(width / 100))
      .map(Number)
      .filter((ms) => x(ms) - room(ms) >= left - 8 && x(ms) + room(ms) <= right)
      .map((ms) => svg`<text x=${plot.x(ms)} y=${height - 6} text-anchor="middle">${labelOf(ms)}</text>`)}
    ${empty === undefined ? '' : svg`<text x=${(left + right) / 2} y=${(top + bottom) / 2} text-anchor="middle">${empty}</text>`}
  </svg>`;
}

const dayMs = 24 * 60 * 60_000;

function dayOf(ms: number): string {
  return timeOf(ms).split(', ')[0] ?? '';
}

/** Tenths of a pixel are enough. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
