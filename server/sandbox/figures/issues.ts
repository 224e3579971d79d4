/**
 * The issues that the sandbox's newsletter has sent, and who opened and clicked what: nothing is sent, so all
 * of it is computed. There is an issue each day at 06:00 UTC. Contacts fall into a hundred buckets by their
 * address, and bucket and issue decide together what happens, so that the same contacts always give the same
 * figures, at any number of them.
 */
export const dayMs = 86_400_000;
export const issueHourMs = 6 * 3_600_000;

/** When an issue is sent, in ms. Issues are numbered by days since 1970. */
export function issueAt(issue: number): number {
  return issue * dayMs + issueHourMs;
}

/** The first issue that is sent after this time. */
export function firstIssueAfter(ms: number): number {
  return Math.floor((ms - issueHourMs) / dayMs) + 1;
}

/** The last issue that was sent by this time. */
export function lastIssueBy(ms: number): number {
  return firstIssueAfter(ms) - 1;
}

/** Of addresses at this domain; they get no issue. */
export const bounceDomain = '@bounce.test';
export const bounceBucket = 100;

/** The bucket of an address in lower case: 0 to 99, or that of addresses that bounce. */
export function bucketOf(email: string): number {
  if (email.endsWith(bounceDomain)) return bounceBucket;
  let hash = 2166136261;
  for (const byte of Buffer.from(email)) hash = Math.imul(hash ^ byte, 16777619);
  return (hash >>> 0) % 100;
}

/** What somebody did with one issue. Times in ms. */
export interface Reading {
  readonly opens: number;
  readonly clicks: number;
  /** Clicks of a mail scanner, which has not opened anything. */
  readonly machineClicks: number;
  /** Which of the issue's articles was clicked. */
  readonly article: number;
  readonly at: number;
}

export const articlesPerIssue = 5;

/** Nobody reads an issue later than this after it was sent. */
export const longestReadingDays = 6;

/**
 * Of a hundred who get an issue 40 open it, and 8 of these click. Three clicks are a machine's. Five of the
 * 40 read it two to five days late, so that the figures of past days go on growing.
 */
export function readingOf(bucket: number, issue: number): Reading {
  const draw = bucket === bounceBucket ? bounceBucket : (bucket * 37 + issue * 61) % 100;
  const opens = draw < 40 ? 1 + Number(draw % 4 === 0) : 0;
  const clicks = draw < 8 ? 1 + Number(draw % 3 === 0) : 0;
  const machineClicks = Number(draw >= 92 && draw < 95);
  return {
    opens,
    clicks,
    machineClicks,
    article: draw % articlesPerIssue,
    at: issueAt(issue) + lateDaysOf(draw) * dayMs + (10 + (draw % 40)) * 60_000,
  };
}

function lateDaysOf(draw: number): number {
  if (draw === 5) return 2;
  return draw < 40 && draw % 10 === 9 ? 2 + Math.floor(draw / 10) : 0;
}

/** Whether a contact gets an issue: it was there before, and had not left. */
export function gets(
  { created, until }: { readonly created: number; readonly until: number },
  issue: number,
): boolean {
  const at = issueAt(issue);
  return created < at && until >= at;
}
