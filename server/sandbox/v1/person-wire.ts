import { writeTime } from '../api/dates.ts';
import { wrapIf } from '../api/paging.ts';
import type { Person } from '../contacts/person.ts';
import type { Saved } from '../contacts/person-changes.ts';
import type { Variants } from '../control/variants.ts';
import { gets, issueAt, lastIssueBy, readingOf, bucketOf } from '../figures/issues.ts';

/** A person as rasa.io returns it, without custom attributes. */
export function describe(person: Readonly<Person>, variants: Variants, now: number): object {
  const { dates, flags } = variants;
  const { sent, opened, clicked } = lastTimes(person, now);
  return {
    id: person.id,
    external_id: person.external_id,
    email: person.email,
    first_name: person.first_name,
    last_name: person.last_name,
    segment_code: person.segment_code,
    referred_by: person.referred_by,
    referral_code: person.id.slice(0, 8),
    is_active: flagIn(flags, person.is_active),
    is_subscribed: flagIn(flags, person.is_subscribed),
    unsubscribe_reason: person.unsubscribe_reason,
    created: writeTime(person.created, dates),
    updated: writeTime(person.updated, dates),
    last_newsbrief: timeOrNull(sent, dates),
    last_open: timeOrNull(opened, dates),
    last_click: timeOrNull(clicked, dates),
  };
}

/** With its custom attributes beside its fields, as one person is returned. */
export function describeWhole(person: Readonly<Person>, variants: Variants, now: number): object {
  const attributes = Object.fromEntries(person.attributes.map(({ name, value }) => [name, value]));
  return { ...attributes, ...describe(person, variants, now) };
}

export function personItem(person: Readonly<Person>, data: object, { readItems }: Variants): object {
  return wrapIf(readItems, data, `/v1/persons/${person.id}`);
}

/** The items of an answer to a write: `{ id, status }`; a refused one has an error and no id. */
export function writeItems(saved: readonly Saved[], variants: Variants): readonly object[] {
  const results = saved
    .slice(0, variants.writeCount === 'one-short' ? -1 : undefined)
    .map((one) => (one.status === 'refused' ? { status: 'error', [variants.itemError]: one.reason } : one))
    .map((one) => (variants.writeItems === 'wrapped' ? { data: one } : one));
  return variants.writeOrder === 'reversed' ? results.reverse() : results;
}

/** How far back is looked for the last open and click. */
const issuesBack = 30;

/** When a person last got an issue, opened and clicked one; in ms. */
function lastTimes(person: Readonly<Person>, now: number) {
  const bucket = bucketOf(person.email.toLowerCase());
  const last = lastIssueBy(now);
  const issues = Array.from({ length: issuesBack }, (_, back) => last - back).filter((issue) =>
    gets(person, issue),
  );
  const at = (issue: number | undefined) => (issue === undefined ? undefined : readingOf(bucket, issue).at);
  const [newest] = issues;
  const isPast = (issue: number) => readingOf(bucket, issue).at <= now;
  return {
    sent: newest === undefined ? undefined : issueAt(newest),
    opened: at(issues.find((issue) => readingOf(bucket, issue).opens > 0 && isPast(issue))),
    clicked: at(issues.find((issue) => readingOf(bucket, issue).clicks > 0 && isPast(issue))),
  };
}

function timeOrNull(ms: number | undefined, dates: Variants['dates']): string | null {
  return ms === undefined ? null : writeTime(ms, dates);
}

function flagIn(form: Variants['flags'], value: boolean): number | boolean | string {
  if (form === 'boolean') return value;
  return form === 'text' ? String(Number(value)) : Number(value);
}
