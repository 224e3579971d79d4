import type { Variants } from '../control/variants.ts';

/** Writes a time in the form that is asked for, in UTC and without naming the zone, as rasa.io does. */
export function writeTime(ms: number, form: Variants['dates'] = 'sql'): string {
  const iso = new Date(ms).toISOString();
  const [day = '', time = ''] = iso.replace('Z', '').split('T');
  switch (form) {
    case 'sql':
      return `${day} ${time.slice(0, 8)}`;
    case 'sql-fraction':
      return `${day} ${time}`;
    case 'us': {
      const [year = '', month = '', date = ''] = day.split('-');
      const hour = Number(time.slice(0, 2));
      const shown = String(hour % 12 || 12).padStart(2, '0');
      return `${month}/${date}/${year} ${shown}${time.slice(2, 8)} ${hour < 12 ? 'AM' : 'PM'}`;
    }
    case 'date':
      return day;
    case 'iso':
      return iso;
    case 'iso-seconds':
      return `${day}T${time.slice(0, 8)}Z`;
  }
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/;
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}) ([AP])M)?$/i;

/**
 * Reads a time in ms: `YYYY-MM-DD HH:MM:SS`, the form of rasa.io's clients, as UTC whatever the zone of this
 * machine, and the other forms that they know. `undefined` where it is none.
 */
export function readTime(text: string): number | undefined {
  const parts = iso.exec(text);
  if (parts) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = parts;
    const ms = timeOf([year, month, day, hour, minute, second].map(Number));
    if (ms === undefined) return undefined;
    return ms + Number(fraction.slice(0, 3).padEnd(3, '0')) - zoneMs(zone);
  }
  const us = american.exec(text);
  if (!us) return undefined;
  const [, month, day, year, hour = '12', minute = '0', second = '0', half = 'A'] = us;
  if (Number(hour) < 1 || Number(hour) > 12) return undefined;
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return timeOf([year, month, day, hours, minute, second].map(Number));
}

/** Refuses days and times that do not exist. */
function timeOf(numbers: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : undefined;
}

function zoneMs(zone = 'Z'): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
