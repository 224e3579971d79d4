/** Nobody is made to wait for longer than this by a header, unless a caller says more. */
const hourMs = 3_600_000;

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const time = String.raw`\d{2}:\d{2}:\d{2}`;

/**
 * The three forms of an HTTP-date (RFC 9110 5.6.7). `Date.parse` alone also reads "0.5", "-5" and "60;" as
 * dates.
 */
const dates: readonly RegExp[] = [
  new RegExp(String.raw`^${day}, \d{2} ${month} \d{4} ${time} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-${month}-\d{2} ${time} GMT$`),
];
const asctime = new RegExp(String.raw`^${day} ${month} [ \d]\d ${time} \d{4}$`);

/**
 * How long a `Retry-After` asks us to wait, in ms, `longestMs` at most: delay-seconds or an HTTP-date (RFC
 * 9110 10.2.3). `undefined` where it says neither, and where it says zero or a time that is past: such a hint
 * must not shorten the pause that the caller makes without one.
 */
export function readRetryAfter(value: string | null, nowMs: number, longestMs = hourMs): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateOf(text) - nowMs;
  return ms > 0 ? Math.min(ms, longestMs) : undefined;
}

/** NaN where there is none. */
function dateOf(text: string): number {
  // The only form without a time zone, which would otherwise be the machine's own.
  if (asctime.test(text)) return Date.parse(`${text} GMT`);
  return dates.some((date) => date.test(text)) ? Date.parse(text) : NaN;
}
