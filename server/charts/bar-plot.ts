import { scaleBand, scaleLinear } from 'd3-scale';
import { html, type Html } from '../pages/document.ts';
import type { BarPanel } from './chart.ts';
import { fitted, lightOf, numberText, widthOf } from './ink.ts';
import { px, type Box } from './time-plot.ts';

/** One bar and its value. */
const pitch = 20;
const gap = 12;
const longestLabel = 340;

export function barPlotHeight({ rows, series }: BarPanel): number {
  return Math.max(1, rows.length) * (series.length * pitch + gap);
}

/** Bars from 0, each with its value; what is not known has neither, and says so. */
export function renderBarPlot({ rows, series, empty }: BarPanel, box: Box): readonly Html[] {
  if (rows.length === 0) {
    return [
      html`<text class="fill-quiet" fill=${lightOf('quiet')} x=${box.x} y=${box.y + 24}>${empty}</text>`,
    ];
  }
  const labelWidth = Math.min(longestLabel, Math.max(...rows.map(({ label }) => widthOf(label)))) + 4;
  const asides = rows.map(({ aside = '' }) => (aside === '' ? '' : ` · ${aside}`));
  const texts = series.map(({ values }) =>
    values.map((value, row) => (value === null ? 'not known' : `${numberText(value)}${asides[row] ?? ''}`)),
  );
  const valueWidth = Math.max(...texts.flat().map((text) => widthOf(text))) + 8;
  const left = box.x + labelWidth + 12;
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = scaleLinear()
    .domain([0, highest === 0 ? 1 : highest])
    .range([left, box.x + box.width - valueWidth]);
  const lanes = scaleBand<number>()
    .domain(rows.map((_row, index) => index))
    .range([box.y, box.y + box.height]);
  const bars = rows.flatMap(({ label }, row) => {
    const top = (lanes(row) ?? 0) + gap / 2;
    const middle = top + (series.length * pitch) / 2;
    return [
      html`<text class="fill-ink" fill=${lightOf('ink')} x=${px(box.x)} y=${px(middle + 5)}>
        ${fitted(label, labelWidth)}
      </text>`,
      ...series.map(({ tone, values }, index) => {
        const value = values[row] ?? null;
        const y = top + index * pitch;
        const width = value === null ? 0 : Math.max(value > 0 ? 1.5 : 0, x(value) - left);
        return html`<rect
            class=${`fill-${tone}`}
            fill=${lightOf(tone)}
            rx="1.5"
            x=${px(left)}
            y=${px(y + 3)}
            width=${px(width)}
            height=${pitch - 6}
          ></rect>
          <text
            class="fill-quiet"
            fill=${lightOf('quiet')}
            x=${px(left + width + 8)}
            y=${px(y + pitch / 2 + 5)}
          >
            ${texts[index]?.[row] ?? ''}
          </text>`;
      }),
    ];
  });
  const axis = html`<path
    class="stroke-edge"
    stroke=${lightOf('edge')}
    fill="none"
    d=${`M${px(left)} ${px(box.y)}V${px(box.y + box.height)}`}
  ></path>`;
  return [...bars, axis];
}
