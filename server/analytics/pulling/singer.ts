import type { Column, ReportName } from '../reports/report.ts';
import { readDay } from '../days.ts';
import type { Bookmark, Pulled, PullShape } from './pull.ts';

/** Where several pulls have come to, as Singer's taps and targets pass it on. */
export interface SingerState {
  readonly bookmarks: Readonly<Record<string, Bookmark>>;
}

/**
 * The messages of a tap by the specification of Singer 0.3: SCHEMA, RECORD and STATE, a line each. Bookmarks
 * of other streams in `state` are kept.
 */
export async function* singerMessages(
  stream: ReportName,
  { columns, keys }: PullShape,
  { pulled, state }: { readonly pulled: AsyncIterable<Pulled>; readonly state: SingerState },
): AsyncGenerator<string> {
  yield lineOf({
    type: 'SCHEMA',
    stream,
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        columns.map((column) => [column.name, schemaOf(column, keys.includes(column.name))]),
      ),
    },
    key_properties: keys,
  });
  let bookmarks = state.bookmarks;
  let lines: string[] = [];
  for await (const each of pulled) {
    if (each.is === 'row') lines.push(lineOf({ type: 'RECORD', stream, record: each.row }));
    else {
      bookmarks = { ...bookmarks, [stream]: each.bookmark };
      lines.push(lineOf({ type: 'STATE', value: { bookmarks } }));
    }
    if (lines.length < 500 && each.is === 'row') continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

/**
 * Reads a state: the value alone, a STATE message, or several lines, as a file has them that a target's
 * output is appended to. The last line that is a state counts: one that was cut when it was written is none,
 * and an earlier one reads more again. Without any line there is no bookmark; `undefined` for anything else.
 */
export function readState(text: string): SingerState | undefined {
  const lines = text.split('\n').filter((each) => each.trim() !== '');
  if (lines.length === 0) return { bookmarks: {} };
  for (const line of lines.toReversed()) {
    const state = stateOf(readJson(line));
    if (state) return state;
  }
  // One that was written by hand may have several lines.
  return stateOf(readJson(text));
}

function stateOf(value: unknown): SingerState | undefined {
  const { type, value: inner } = isObject(value) ? value : {};
  const state = type === 'STATE' ? inner : value;
  if (!isObject(state)) return undefined;
  const { bookmarks = {} } = state;
  if (!isObject(bookmarks)) return undefined;
  const read: Record<string, Bookmark> = {};
  for (const [stream, bookmark] of Object.entries(bookmarks)) {
    const until = isObject(bookmark) ? bookmark['until'] : undefined;
    if (typeof until !== 'string' || readDay(until) === undefined) return undefined;
    read[stream] = { until };
  }
  return { bookmarks: read };
}

function schemaOf({ type }: Column, isKey: boolean): object {
  const orNull = (name: string) => (isKey ? [name] : ['null', name]);
  switch (type) {
    case 'text':
      return { type: orNull('string') };
    case 'integer':
      return { type: orNull('integer') };
    case 'number':
    case 'percent':
      return { type: orNull('number') };
    case 'flag':
      return { type: orNull('boolean') };
    case 'time':
      return { type: orNull('string'), format: 'date-time' };
    case 'day':
      return { type: orNull('string'), format: 'date' };
  }
}

function lineOf(message: object): string {
  return `${JSON.stringify(message)}\n`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what was wanted.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
