import { html, renderDocument, type Html } from '../pages/document.ts';
import { barPlotHeight, renderBarPlot } from './bar-plot.ts';
import type { Chart, Panel, Series } from './chart.ts';
import { dashes, drawable, fitted, fonts, lightOf, widthOf, wrapped } from './ink.ts';
import { axisWidth, gapsIn, px, renderTimePlot, timeLabelHeight, type Box } from './time-plot.ts';

const width = 960;
const margin = 32;
const inner = width - 2 * margin;
const headHeight = 88;
/** The title of a panel, and the line that says what its colours are. */
const panelHead = { one: 34, several: 60 } as const;
const panelGap = 24;
const noteHeight = 20;

/** The height of a plot over time, with its words: two stand on one slide. */
const timeHeights = { one: 330, several: 176 } as const;

/** A file of its own: no script, and nothing that is loaded from elsewhere. */
export function renderSvg(chart: Chart): string {
  const text = renderDocument(renderPicture(chart))
    .replaceAll(/>\s+/g, '>')
    .replaceAll(/\s+</g, '<')
    .replaceAll(/\s+/g, ' ');
  return `${text.trim()}\n`;
}

/** The picture, for the file and for a page. Colours follow the reader's system, else they are light. */
export function renderPicture(given: Chart): Html {
  const chart = cleaned(given);
  const { title, subtitle, sentence, panels } = chart;
  const notes = chart.notes.flatMap((note) => wrapped(note, inner));
  const boxes: Box[] = [];
  let y = headHeight;
  for (const panel of panels) {
    const height = headOf(panel) + plotHeight(panel, panels.length);
    boxes.push({ x: margin, y, width: inner, height });
    y += height + panelGap;
  }
  const axis = Math.max(0, ...panels.map((panel) => (panel.is === 'bars' ? 0 : axisWidth(panel))));
  const notesY = y;
  const height = notesY + notes.length * noteHeight + (notes.length > 0 ? 14 : 0);
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox=${`0 0 ${width} ${px(height)}`}
    width=${width}
    height=${px(height)}
    role="img"
    aria-label=${`${title}, ${subtitle}. ${sentence}`}
    font-family=${fonts}
    font-size="14"
  >
    <title>${title}</title>
    <desc>${sentence}</desc>
    <style>
      text {
        font-variant-numeric: tabular-nums;
      }
      @media (prefers-color-scheme: dark) {
        .fill-ground {
          fill: #1a1f1d;
        }
        .fill-ink {
          fill: #ecebe6;
        }
        .fill-quiet {
          fill: #a7afaa;
        }
        .stroke-grid {
          stroke: #2e3532;
        }
        .stroke-edge {
          stroke: #7a847f;
        }
        .fill-gap {
          fill: #232927;
        }
        .fill-blue {
          fill: #8db8ff;
        }
        .stroke-blue {
          stroke: #8db8ff;
        }
        .fill-amber {
          fill: #e0a63f;
        }
        .stroke-amber {
          stroke: #e0a63f;
        }
        .fill-grey {
          fill: #8b948f;
        }
        .stroke-grey {
          stroke: #8b948f;
        }
        .fill-green {
          fill: #5dd1a6;
        }
        .stroke-green {
          stroke: #5dd1a6;
        }
        .fill-red {
          fill: #ff9d97;
        }
        .stroke-red {
          stroke: #ff9d97;
        }
      }
    </style>
    <rect class="fill-ground" fill=${lightOf('ground')} width=${width} height=${px(height)}></rect>
    <text class="fill-ink" fill=${lightOf('ink')} x=${margin} y="46" font-size="24" font-weight="700">
      ${fitted(title, inner, 24)}
    </text>
    <text class="fill-quiet" fill=${lightOf('quiet')} x=${margin} y="72" font-size="15">
      ${fitted(subtitle, inner, 15)}
    </text>
    ${panels.map((panel, index) => renderPanel(panel, boxes[index] ?? emptyBox, axis))}
    ${notes.map(
      (note, index) =>
        html`<text
          class="fill-quiet"
          fill=${lightOf('quiet')}
          x=${margin}
          y=${px(notesY + 6 + index * noteHeight)}
        >
          ${note}
        </text>`,
    )}
  </svg>`;
}

const emptyBox: Box = { x: 0, y: 0, width: 0, height: 0 };

function renderPanel(panel: Panel, box: Box, axis: number): Html {
  const head = headOf(panel);
  const plot = { ...box, y: box.y + head, height: box.height - head };
  return html`<g>
    <text
      class="fill-ink"
      fill=${lightOf('ink')}
      x=${box.x}
      y=${px(box.y + 18)}
      font-size="16"
      font-weight="600"
    >
      ${fitted(panel.title, inner, 16)}
    </text>
    ${head === panelHead.one ? '' : renderLegend(panel, box)}
    ${panel.is === 'bars' ? renderBarPlot(panel, plot) : renderTimePlot(panel, plot, axis)}
  </g>`;
}

function renderLegend(panel: Panel, box: Box): readonly Html[] {
  const hasGaps = panel.is !== 'bars' && gapsIn(panel).length > 0;
  const entries = [...panel.series.map(({ name }) => name), ...(hasGaps ? ['No figures'] : [])];
  const y = box.y + 44;
  let x = box.x;
  return entries.flatMap((name, index) => {
    const at = x;
    const signWidth = panel.is === 'lines' && index < panel.series.length ? 30 : 22;
    x += signWidth + widthOf(name) + 22;
    return [
      signOf(panel, panel.series[index], { x: at, y }),
      html`<text class="fill-ink" fill=${lightOf('ink')} x=${px(at + signWidth)} y=${px(y)}>${name}</text>`,
    ];
  });
}

function signOf(
  panel: Panel,
  series: Series | undefined,
  at: { readonly x: number; readonly y: number },
): Html {
  if (series && panel.is === 'lines') {
    return html`<path
      class=${`stroke-${series.tone}`}
      stroke=${lightOf(series.tone)}
      stroke-width="2.5"
      stroke-dasharray=${dashes[series.tone]}
      fill="none"
      d=${`M${px(at.x)} ${px(at.y - 5)}h22`}
    ></path>`;
  }
  const colour = series?.tone ?? 'gap';
  return html`<rect
    class=${series ? `fill-${colour}` : 'fill-gap stroke-edge'}
    fill=${lightOf(colour)}
    stroke=${series ? 'none' : lightOf('edge')}
    rx="1.5"
    x=${px(at.x)}
    y=${px(at.y - 12)}
    width="14"
    height="14"
  ></rect>`;
}

/** One series needs no key: the title of its panel names it. */
function headOf(panel: Panel): number {
  const hasGaps = panel.is !== 'bars' && gapsIn(panel).length > 0;
  return panel.series.length > 1 || hasGaps ? panelHead.several : panelHead.one;
}

function plotHeight(panel: Panel, panels: number): number {
  if (panel.is === 'bars') return barPlotHeight(panel);
  return timeHeights[panels === 1 ? 'one' : 'several'] + timeLabelHeight;
}

/** Titles of articles are anybody's. */
function cleaned(chart: Chart): Chart {
  return {
    ...chart,
    title: drawable(chart.title),
    subtitle: drawable(chart.subtitle),
    sentence: drawable(chart.sentence),
    notes: chart.notes.map(drawable),
    panels: chart.panels.map((panel) =>
      panel.is === 'bars'
        ? { ...panel, rows: panel.rows.map((row) => ({ ...row, label: drawable(row.label) })) }
        : panel,
    ),
  };
}
