import type { Chart } from '../../charts/chart.ts';
import { renderChartPage } from '../../charts/page.ts';
import { renderSvg } from '../../charts/picture.ts';
import type { ChartOptions } from './chart-options.ts';

export function chartText(chart: Chart, { svg }: ChartOptions): string {
  return svg === true ? renderSvg(chart) : renderChartPage(chart);
}
