import { describe, expect, it } from 'vitest';
import { createRasaHttp } from '../../../server/rasa/http.ts';
import { serve } from '../../helpers/sites/serve.ts';

const nowMs = Date.parse('2026-11-23T12:00:00Z');

/** How long the header makes us wait, over HTTP. */
async function hintOf(retryAfter: string | undefined): Promise<number | undefined> {
  const baseUrl = await serve((_request, response) => {
    response.writeHead(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
    response.end();
  });
  const http = createRasaHttp({ baseUrl, now: () => nowMs });
  const answer = await http.call({ method: 'GET', path: '/', stop: new AbortController().signal });
  if (answer.is !== 'answer') throw new Error(answer.reason);
  return answer.retryAfterMs;
}

describe('Retry-After (RFC 9110 10.2.3)', () => {
  it.each([
    ['seconds', '30', 30_000],
    ['seconds with blanks around them', ' 30 ', 30_000],
    ['seconds with zeros before them', '0030', 30_000],
    ['an hour', '3600', 3_600_000],
    ['more than an hour', '3601', 3_600_000],
    ['more than a number can hold', '9'.repeat(400), 3_600_000],
    ['a date', 'Mon, 23 Nov 2026 12:01:00 GMT', 60_000],
    ['a date in the old form of RFC 850', 'Monday, 23-Nov-26 12:01:00 GMT', 60_000],
    ['a date as asctime() writes it', 'Mon Nov 23 12:01:00 2026', 60_000],
    ['a date as asctime() writes it, with one digit', 'Tue Dec  1 12:00:00 2026', 3_600_000],
    ['a date far away', 'Sun, 01 Jan 2090 00:00:00 GMT', 3_600_000],
  ])('waits as long as asked, an hour at most: %s', async (_what, header, ms) => {
    expect(await hintOf(header)).toBe(ms);
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['zero', '0'],
    ['this moment', 'Mon, 23 Nov 2026 12:00:00 GMT'],
    ['a time that is past', 'Mon, 23 Nov 2026 11:59:00 GMT'],
  ])('P5: leaves our own back-off as it is: %s', async (_what, header) => {
    expect(await hintOf(header)).toBeUndefined();
  });

  it.each([
    ['0.5'],
    ['-5'],
    ['+5'],
    ['60;'],
    ['60, 120'],
    ['1e3'],
    ['0x10'],
    ['60 s'],
    ['soon'],
    ['2026-11-23T12:01:00Z'],
    ['Nov 23 2026 12:01:00'],
    ['Mon, 23 Nov 2026 12:01:00'],
    ['Mon, 23 Nov 2026 12:01:00 +0100'],
    ['Mon, 99 Nov 2026 12:01:00 GMT'],
    ['(Mon, 23 Nov 2026 12:01:00 GMT)'],
  ])('P5: is no hint: %s', async (header) => {
    expect(await hintOf(header)).toBeUndefined();
  });
});
