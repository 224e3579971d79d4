import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDate, readDate } from '../../../server/rasa/reading/dates.ts';
import { readFlag, readNumber } from '../../../server/rasa/reading/values.ts';

describe.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham'])(
  'on a machine in %s',
  (zone) => {
    const before = process.env['TZ'];
    beforeEach(() => {
      process.env['TZ'] = zone;
    });
    afterEach(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });

    it.each([
      ['2026-11-26 08:09:10', '2026-11-26T08:09:10.000Z'],
      ['2026-11-26 08:09:10.5', '2026-11-26T08:09:10.500Z'],
      ['2026-11-26 08:09:10.123456', '2026-11-26T08:09:10.123Z'],
      ['2026-11-26 08:09', '2026-11-26T08:09:00.000Z'],
      ['2026-11-26', '2026-11-26T00:00:00.000Z'],
      ['2026-03-29 02:30:00', '2026-03-29T02:30:00.000Z'],
      ['2026-11-26T08:09:10', '2026-11-26T08:09:10.000Z'],
      ['2026-11-26T08:09:10.120', '2026-11-26T08:09:10.120Z'],
      ['2026-11-26T08:09:10Z', '2026-11-26T08:09:10.000Z'],
      ['2026-11-26T08:09:10.120+02:00', '2026-11-26T06:09:10.120Z'],
      ['2026-11-26T08:09:10-0530', '2026-11-26T13:39:10.000Z'],
      ['2026-11-26 08:09:10 UTC', '2026-11-26T08:09:10.000Z'],
      ['11/26/2026 08:09:10 AM', '2026-11-26T08:09:10.000Z'],
      ['1/2/2026 12:09:10 AM', '2026-01-02T00:09:10.000Z'],
      ['11/26/2026 12:09:10 PM', '2026-11-26T12:09:10.000Z'],
      ['11/26/2026 11:59:59 pm', '2026-11-26T23:59:59.000Z'],
      ['11/26/2026', '2026-11-26T00:00:00.000Z'],
      [' 2026-02-28 ', '2026-02-28T00:00:00.000Z'],
      [1_793_520_000, '2026-11-01T08:00:00.000Z'],
      [1_793_520_000_250, '2026-11-01T08:00:00.250Z'],
    ])('%j is %s', (written, iso) => {
      expect(readDate(written)?.toISOString()).toBe(iso);
    });

    it.each([
      ['2026-02-29 00:00:00'],
      ['2026-13-01'],
      ['2026-11-31'],
      ['2026-11-26 24:00:00'],
      ['2026-11-26 08:60:00'],
      ['13/26/2026 08:09:10 AM'],
      ['11/26/2026 13:09:10 PM'],
      ['11/26/2026 0:09:10 AM'],
      ['Thu, 26 Nov 2026 08:09:10 GMT'],
      ['tomorrow'],
      ['0000-00-00 00:00:00'],
      ['20261126'],
      [''],
      [null],
      [undefined],
      [NaN],
      [Infinity],
      [true],
      [{}],
    ])('%j is none', (written) => {
      expect(readDate(written)).toBeUndefined();
    });

    it('any time is read as it was written, to the second', () => {
      const times = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
      fc.assert(
        fc.property(times, (date) => {
          expect(formatDate(date)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
          expect(readDate(formatDate(date))?.getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);
        }),
      );
    });
  },
);

describe('absent is not zero and not false', () => {
  it.each([
    [0, 0],
    ['0', 0],
    ['12.5', 12.5],
    [' 7 ', 7],
    ['', undefined],
    ['n/a', undefined],
    ['0x10', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
  ])('the number %j is %j', (written, number) => {
    expect(readNumber(written)).toBe(number);
  });

  it.each([
    [true, true],
    [1, true],
    ['1', true],
    ['true', true],
    ['True', true],
    [false, false],
    [0, false],
    ['0', false],
    ['false', false],
    [null, undefined],
    ['', undefined],
    [2, undefined],
    ['yes', undefined],
    [undefined, undefined],
  ])('the flag %j is %j', (written, flag) => {
    expect(readFlag(written)).toBe(flag);
  });
});
