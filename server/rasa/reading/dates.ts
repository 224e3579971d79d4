/**
 * Dates as rasa.io writes them. Its own clients send `YYYY-MM-DD HH:MM:SS` in UTC without a zone, and read
 * that, `YYYY-MM-DD`, `MM/DD/YYYY HH:MM:SS AM`, and ISO 8601. What has no zone is UTC, whatever the zone of
 * this machine.
 */

/** `YYYY-MM-DD HH:MM:SS` in UTC; parts of a second are cut off. Throws a RangeError for an invalid date. */
export function formatDate(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

const yearFirst =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)? ?(?<zone>Z|UTC|[+-]\d\d:?\d\d)?)?$/i;
const monthFirst =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})(?:,? (?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d))? ?(?<half>[AP]M)?)?$/i;

/** Numbers below this are seconds since 1970, others milliseconds: in seconds it is the year 5138. */
const firstMilliseconds = 1e11;

/** `undefined` for what is none of the known formats, and for days and times that do not exist. */
export function readDate(value: unknown): Date | undefined {
  if (typeof value === 'number') return valid(value * (Math.abs(value) < firstMilliseconds ? 1000 : 1));
  if (typeof value !== 'string') return undefined;
  const groups = (yearFirst.exec(value.trim()) ?? monthFirst.exec(value.trim()))?.groups;
  if (!groups) return undefined;
  const part = (name: string) => Number(groups[name] ?? 0);
  const hour = hourOf(part('hour'), groups['half']);
  const [year, month, day, minute, second] = ['year', 'month', 'day', 'minute', 'second'].map(part) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const fractionMs = Math.floor(Number(`0.${groups['fraction'] ?? '0'}`) * 1000);
  const sinceMidnight = ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs;
  return valid(midnight.getTime() + sinceMidnight - offsetMs(groups['zone'] ?? 'Z'));
}

/** On a clock of twelve hours, 12 is the first one of its half. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function valid(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
