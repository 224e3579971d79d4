/** A day of the calendar, such as `2026-11-27`. Days compare as texts. */
export type Day = string;

const dayMs = 86_400_000;

/** `undefined` for anything else, such as 30 February. */
export function readDay(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || textOf(ms) !== text ? undefined : text;
}

export function addDays(day: Day, count: number): Day {
  return textOf(Date.parse(day) + count * dayMs);
}

/** Every day from the first to the last. */
export function daysBetween(first: Day, last: Day): readonly Day[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => addDays(first, index));
}

/** The day that clocks in a time zone show at this time. */
export function dayAt(ms: number, timezone: string): Day {
  return textOf(ms + offsetAt(ms, timezone));
}

/** When a day begins in a time zone, in ms. A day that begins with a change of the clock begins after it. */
export function beginningOf(day: Day, timezone: string): number {
  const local = Date.parse(day);
  const guess = local - offsetAt(local, timezone);
  const ms = local - offsetAt(guess, timezone);
  return dayAt(ms, timezone) < day ? ms + 3_600_000 : ms;
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // No zone of this name.
    return false;
  }
}

function textOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a time zone show, less UTC, in ms. */
function offsetAt(ms: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocks.set(timeZone, clock);
  const parts = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  const wholeSeconds = Math.floor(ms / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds;
}
