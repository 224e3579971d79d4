import { isItem, readNumber, type Item } from '../reading/values.ts';

/** What can be counted, in rasa.io's words for the parameter `metrics`. */
export type Metric = 'open' | 'click' | 'delivered' | 'bounce' | 'unsubscribe';

/** `undefined` is not zero: rasa.io did not say. */
export interface Count {
  readonly total: number | undefined;
  readonly unique: number | undefined;
}

/** Names besides the metric's own and the one with an s. */
const otherNames: Partial<Readonly<Record<Metric, readonly string[]>>> = {
  delivered: ['delivery', 'deliveries'],
  unsubscribe: ['unsubscribed'],
};

/**
 * Documented as `total_opens` and `unique_opens`, live as `total_open` and `unique_open`. Other clients also
 * look for the bare name, and inside `data`, `metrics`, `totals` and `values`.
 */
export function readCount(item: Item, metric: Metric): Count {
  const names = [metric, `${metric}s`, ...(otherNames[metric] ?? [])];
  const bare = firstOf(item, names, (value) => (isItem(value) ? value : undefined));
  return {
    total:
      firstOf(item, prefixed('total', names), readNumber) ??
      firstOf(item, names, readNumber) ??
      readNumber(bare?.['total']),
    unique: firstOf(item, prefixed('unique', names), readNumber) ?? readNumber(bare?.['unique']),
  };
}

/** A number under one of its names, in every place where clients have looked for one. */
export function readFigure(item: Item, ...names: readonly string[]): number | undefined {
  return firstOf(item, names, readNumber);
}

function firstOf<T>(
  item: Item,
  names: readonly string[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  const places = [item, ...['data', 'metrics', 'totals', 'values'].map((name) => item[name]).filter(isItem)];
  for (const place of places) {
    for (const name of names) {
      const value = read(place[name]);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function prefixed(kind: 'total' | 'unique', names: readonly string[]): readonly string[] {
  return names.map((name) => `${kind}_${name}`);
}
