import { scaleLinear, scaleUtc } from 'd3-scale';
import { html, svg } from 'lit';
import { widthOf } from '../../charts/ink.ts';
import type { Html } from '../../pages/document.ts';
import { clockOf, count, timeOf } from './parts.ts';

/** Where a chart is drawn: across in per cent of its width, down in px. */
export interface Plot {
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
}

export const plotHeight = 236;
const dayMs = 24 * 60 * 60_000;

/** As wide as there is room, with words that are never scaled. */
export function plot({ label, fromMs, toMs, most, draw, empty }: PlotOptions): Html {
  const [top, bottom] = [24, plotHeight - 28];
  const y = scaleLinear()
    .domain([0, Math.max(most, 1)])
    .nice(3);
  const values = most === 0 ? [0] : y.ticks(3).filter(Number.isInteger);
  const axis = Math.ceil(10 + Math.max(...values.map((value) => widthOf(count(value)))));
  y.range([bottom, top]);
  const x = scaleUtc().domain([fromMs, toMs]).range([0, 100]);
  const at: Plot = { top, bottom, x: (ms) => round(x(ms)), y: (value) => round(y(value)) };
  const labelOf = toMs - fromMs > 1.1 * dayMs ? dayOf : clockOf;
  const ticks = x
    .ticks(6)
    .map(Number)
    .filter((ms) => x(ms) > 3 && x(ms) < 97);
  return html`<div class="plot" role="img" aria-label=${label}>
    <svg width=${axis} height=${plotHeight} aria-hidden="true">
      ${values.map((value) => svg`<text x=${axis - 8} y=${at.y(value) + 5} text-anchor="end">${count(value)}</text>`)}
    </svg>
    <svg width="100%" height=${plotHeight} aria-hidden="true">
      ${values.map(
        (value) =>
          svg`<line class=${value === 0 ? 'base' : 'grid'} x2="100%" y1=${at.y(value)} y2=${at.y(value)}></line>`,
      )}
      ${draw(at)}
      ${ticks.map(
        (ms, index) =>
          svg`<text class=${index % 2 === 0 ? '' : 'second'} x=${`${at.x(ms)}%`} y=${plotHeight - 6}
            text-anchor="middle">${labelOf(ms)}</text>`,
      )}
      ${
        empty === undefined
          ? ''
          : svg`<text x="50%" y=${(top + bottom) / 2} text-anchor="middle">${empty}</text>`
      }
    </svg>
  </div>` as Html;
}

function dayOf(ms: number): string {
  return timeOf(ms).split(', ')[0] ?? '';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
