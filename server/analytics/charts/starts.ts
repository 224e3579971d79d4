import { addDays, dayAt, daysBetween, type Day } from '../days.ts';
import type { ReportQuery } from '../query.ts';

/**
 * The beginnings of all hours, days, weeks or months of a period, so that those of which rasa.io says nothing
 * leave a gap. What is still to come is left out.
 */
export function startsOf(
  { from, to, interval, timezone }: Pick<ReportQuery, 'from' | 'to' | 'interval' | 'timezone'>,
  nowMs: number,
): readonly string[] {
  const today = dayAt(nowMs, timezone);
  const days = daysBetween(from, to < today || from > today ? to : today);
  switch (interval) {
    case 'hour':
      return days.flatMap((day) => hours.map((hour) => `${day}T${hour}:00`));
    case 'day':
      return days;
    case 'week':
      return [...new Set(days.map(mondayOf))];
    case 'month':
      return [...new Set(days.map((day) => `${day.slice(0, 8)}01`))];
  }
}

const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

function mondayOf(day: Day): Day {
  return addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
}
