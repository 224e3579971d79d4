/**
 * OpenMetrics 1.0 text (https://prometheus.io/docs/specs/om/open_metrics_spec/), the format that Prometheus and
 * its relatives read. Nothing else in the product knows how it is written.
 */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export type MetricType = 'counter' | 'gauge' | 'info' | 'histogram';

export interface Sample {
  /** Appended to the family's name, for the parts of a histogram; the type decides where it is absent. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one name. A counter's name is without `_total`, an info's without `_info`. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  /** A base unit that the name ends with, such as `seconds`. */
  readonly unit?: string;
  readonly about: string;
  readonly samples: readonly Sample[];
}

/** What the samples of a type are called. */
export const suffixes: Readonly<Record<MetricType, string>> = {
  counter: '_total',
  gauge: '',
  info: '_info',
  histogram: '_bucket',
};

export function writeOpenMetrics(families: readonly Family[]): string {
  return `${families.map(writeFamily).join('')}# EOF\n`;
}

function writeFamily({ name, type, unit, about, samples }: Family): string {
  const lines = [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(about)}`,
    ...samples.map(
      ({ suffix = suffixes[type], labels = {}, value }) =>
        `${name}${suffix}${writeLabels(labels)} ${writeValue(value)}`,
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (text: string) => text.replaceAll(/[\\"\n]/g, (character) => escapes[character] ?? '');

function writeValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
