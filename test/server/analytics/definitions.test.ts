import { describe, expect, it } from 'vitest';
import type { Count } from '../../../server/accounts/reads.ts';
import { addDays, beginningOf, dayAt, daysBetween, readDay } from '../../../server/analytics/days.ts';
import { ratesOf, sumOf } from '../../../server/analytics/definitions.ts';
import type { Interval } from '../../../server/analytics/query.ts';

const none: Count = { total: undefined, unique: undefined };
const both = (total: number | undefined, unique: number | undefined): Count => ({ total, unique });

type Case = readonly [
  what: string,
  interval: Interval,
  counts: readonly [delivered: Count, open: Count, click: Count],
  rates: readonly [open: number | null, click: number | null, clickToOpen: number | null],
];

/** Computed by hand from rasa.io's words, not by this code. */
const cases: readonly Case[] = [
  ['an issue', 'day', [both(200, 200), both(90, 80), both(25, 20)], [40, 10, 25]],
  [
    'opens and clicks of one person count once',
    'day',
    [both(100, 100), both(75, 25), both(50, 5)],
    [25, 5, 20],
  ],
  [
    'two issues on one day count as two deliveries',
    'day',
    [both(200, 100), both(60, 50), both(10, 8)],
    [25, 4, 16],
  ],
  ['an hour is like a day', 'hour', [both(400, 400), both(44, 40), both(4, 4)], [10, 1, 10]],
  ['a week is of the audience', 'week', [both(700, 100), both(120, 60), both(40, 30)], [60, 30, 50]],
  ['a month is of the audience', 'month', [both(3000, 100), both(900, 75), both(80, 45)], [75, 45, 60]],
  [
    'a month of daily issues is not of its deliveries',
    'month',
    [both(310, 10), both(31, 1), both(0, 0)],
    [10, 0, 0],
  ],
  ['nobody opened', 'day', [both(50, 50), both(0, 0), both(0, 0)], [0, 0, null]],
  ['nobody clicked', 'day', [both(50, 50), both(10, 10), both(0, 0)], [20, 0, 0]],
  ['everybody did both', 'day', [both(7, 7), both(7, 7), both(7, 7)], [100, 100, 100]],
  ['nothing was delivered', 'day', [both(0, 0), both(0, 0), both(0, 0)], [null, null, null]],
  [
    'opens of an older issue on a day without one',
    'day',
    [both(0, 0), both(4, 4), both(1, 1)],
    [null, null, 25],
  ],
  [
    'late opens may be more than what was delivered',
    'day',
    [both(2, 2), both(3, 3), both(1, 1)],
    [150, 50, 33.33],
  ],
  ['clicks without an open picture', 'day', [both(10, 10), both(0, 0), both(2, 2)], [0, 20, null]],
  ['more clickers than openers', 'day', [both(10, 10), both(2, 2), both(3, 3)], [20, 30, 150]],
  ['one of three', 'day', [both(3, 3), both(1, 1), both(1, 1)], [33.33, 33.33, 100]],
  ['two of three', 'day', [both(3, 3), both(2, 2), both(1, 1)], [66.67, 33.33, 50]],
  ['one of seven', 'day', [both(7, 7), both(1, 1), both(1, 1)], [14.29, 14.29, 100]],
  [
    'half a hundredth is rounded up',
    'day',
    [both(20_000, 20_000), both(201, 201), both(1, 1)],
    [1.01, 0.01, 0.5],
  ],
  ['less than half a hundredth is zero', 'day', [both(100_000, 100_000), both(4, 4), both(0, 0)], [0, 0, 0]],
  ['a large list', 'day', [both(1_000_000, 1_000_000), both(300_000, 212_345), both(9, 9)], [21.23, 0, 0]],
  ['a list of one', 'day', [both(1, 1), both(1, 1), both(0, 0)], [100, 0, 0]],
  ['rasa.io tells of opens and clicks only', 'day', [none, both(50, 40), both(12, 10)], [null, null, 25]],
  [
    'rasa.io tells of totals only',
    'day',
    [both(100, undefined), both(50, undefined), both(9, undefined)],
    [null, null, null],
  ],
  ['opens are absent', 'day', [both(100, 100), none, both(10, 10)], [null, 10, null]],
  ['clicks are absent', 'day', [both(100, 100), both(30, 30), none], [30, null, null]],
  ['absent is not zero', 'day', [both(100, 100), both(undefined, undefined), both(0, 0)], [null, 0, null]],
  [
    'a week whose audience is absent',
    'week',
    [both(700, undefined), both(9, 9), both(3, 3)],
    [null, null, 33.33],
  ],
  ['a day whose audience is absent', 'day', [both(100, undefined), both(9, 9), both(3, 3)], [9, 3, 33.33]],
  [
    'a day whose deliveries are absent',
    'day',
    [both(undefined, 100), both(9, 9), both(3, 3)],
    [null, null, 33.33],
  ],
  ['nothing is known', 'month', [none, none, none], [null, null, null]],
  ['a figure that cannot be', 'day', [both(-5, -5), both(1, 1), both(1, 1)], [null, null, 100]],
];

describe('rates as rasa.io defines them', () => {
  it.each(cases)('%s', (_what, interval, [delivered, open, click], [openRate, clickRate, clickToOpen]) => {
    expect(ratesOf({ delivered, open, click }, interval)).toEqual({
      open_rate: openRate,
      click_rate: clickRate,
      click_to_open_rate: clickToOpen,
    });
  });

  it('are more than thirty cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
  });

  it('have no sum where one part is not known, or where there is none', () => {
    expect([sumOf([1, 2, 3]), sumOf([1, undefined, 3]), sumOf([]), sumOf([0])]).toEqual([
      6,
      undefined,
      undefined,
      0,
    ]);
  });
});

describe('days', () => {
  it.each(['2026-02-30', '2026-13-01', '2026-1-1', '20261101', 'today', ''])('are not %j', (text) => {
    expect(readDay(text)).toBeUndefined();
  });

  it('go over the ends of months and years', () => {
    expect([addDays('2026-02-28', 1), addDays('2024-02-28', 1), addDays('2027-01-01', -1)]).toEqual([
      '2026-03-01',
      '2024-02-29',
      '2026-12-31',
    ]);
    expect(daysBetween('2026-11-29', '2026-12-02')).toEqual([
      '2026-11-29',
      '2026-11-30',
      '2026-12-01',
      '2026-12-02',
    ]);
    expect(daysBetween('2026-11-29', '2026-11-28')).toEqual([]);
  });

  it.each([
    ['UTC', '2026-03-29', '2026-03-29T00:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['US/Central', '2026-11-01', '2026-11-01T05:00:00.000Z'],
    ['US/Central', '2026-11-02', '2026-11-02T06:00:00.000Z'],
    ['Asia/Kathmandu', '2026-06-01', '2026-05-31T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-06-01', '2026-05-31T10:00:00.000Z'],
    // Midnight does not exist there on the day when summer begins.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
  ])('begin in %s on %s at %s', (timezone, day, iso) => {
    const ms = beginningOf(day, timezone);
    expect(new Date(ms).toISOString()).toBe(iso);
    expect(dayAt(ms, timezone)).toBe(day);
    expect(dayAt(ms - 1, timezone)).toBe(addDays(day, -1));
  });
});
