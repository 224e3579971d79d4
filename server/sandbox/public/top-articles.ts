import { z } from 'zod';
import { readTime, writeTime } from '../api/dates.ts';
import { count, refuseQuery } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply } from '../api/route.ts';
import { articlesOf, type Article } from '../figures/articles.ts';
import { articlesPerIssue, dayMs, firstIssueAfter, lastIssueBy } from '../figures/issues.ts';
import { clicked, readSpans, tally } from '../figures/readership.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs };

/** The feed of the most clicked articles, for pages of others; it needs no key. */
export async function answerTopArticles(
  call: Call,
  { account, database, now, faults }: ApiParts,
): Promise<Reply> {
  if (call.params['guid'] !== account.signupGuid) return reply(404, 'No such newsletter');
  const time = z
    .string()
    .transform((text) => readMoment(text, now()) ?? NaN)
    .refine((ms) => !Number.isNaN(ms));
  const query = z
    .object({
      format: z.literal(['json', 'rss']).default('json'),
      num_records: count.default(10),
      source: z.string().optional(),
      start_date: time.default(now() - 14 * dayMs),
      end_date: time.default(now()),
    })
    .safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const { format, num_records, start_date, end_date } = query.data;
  const firstIssue = firstIssueAfter(start_date - 1);
  const lastIssue = Math.min(lastIssueBy(now()), lastIssueBy(end_date));
  const spans = await readSpans(database, { firstIssue, lastIssue, segment: undefined });
  const rules = { withMachines: false, now: now() };
  const ranked = articlesOf(firstIssue, lastIssue)
    .map((article, index) => {
      const issue = lastIssue - Math.floor(index / articlesPerIssue);
      return { article, clicks: tally(spans, [issue], clicked(rules, index % articlesPerIssue)).total };
    })
    // The sort is stable: among equals the newer ones come first.
    .sort((one, other) => other.clicks - one.clicks)
    .slice(0, num_records)
    .map(({ article }) => article);
  if (format === 'rss')
    return { status: 200, document: { type: 'application/rss+xml', text: feedOf(ranked) } };
  const { dates } = faults.variants;
  const results = ranked.map(({ id, title, description, url, site, created }) => ({
    id,
    title,
    description,
    url,
    site_name: site,
    image_url: `${url}/picture.jpg`,
    created: writeTime(created, dates),
  }));
  return { status: 200, results };
}

/**
 * A time, or one relative to now as search engines write it: `now-4d/m` is four days ago, to the minute.
 */
function readMoment(text: string, now: number): number | undefined {
  const relative = /^now(?:([+-])(\d{1,4})([mhdw]))?(?:\/([mhdw]))?$/.exec(text);
  if (!relative) return readTime(text);
  const [, sign, amount = '0', unit = 'm', rounding] = relative;
  const ms = now + (sign === '-' ? -1 : 1) * Number(amount) * (units[unit] ?? 0);
  const step = units[rounding ?? ''] ?? 1;
  return Math.floor(ms / step) * step;
}

function feedOf(articles: readonly Article[]): string {
  const items = articles.map(
    ({ id, title, description, url, created }) =>
      `<item><title>${escaped(title)}</title><link>${escaped(url)}</link><guid isPermaLink="false">${escaped(id)}</guid>` +
      `<description>${escaped(description)}</description><pubDate>${new Date(created).toUTCString()}</pubDate></item>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Top articles</title>' +
    '<link>https://news.example/</link><description>The most read articles of the sandbox</description>' +
    `${items.join('')}</channel></rss>\n`
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
