import { writeTime } from '../api/dates.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import type { Variants } from '../control/variants.ts';
import { articlesOf, images, topicOf } from '../figures/articles.ts';
import { articlesPerIssue, issueAt } from '../figures/issues.ts';
import { bounced, clicked, delivered, opened, tally, unsubscribesAfter } from '../figures/readership.ts';
import { readAnalyticsQuery, type AnalyticsQuery, type Metric } from './analytics-query.ts';
import { groupIssues } from './intervals.ts';

type Rows = (query: AnalyticsQuery, variants: Variants) => readonly object[];

const subjects: readonly { readonly name: string; readonly rows: Rows; readonly about: string }[] = [
  {
    name: 'activities',
    rows: activities,
    about:
      'Opens and clicks for each `interval`, and the other `metrics` that are asked for: `delivered`, `bounce`, `unsubscribe`.',
  },
  { name: 'articles', rows: articles, about: 'Clicks for each article of the period.' },
  { name: 'images', rows: imageRows, about: 'Clicks for each picture of the period.' },
  { name: 'topics', rows: topicRows, about: 'Clicks and readers for each topic of the period.' },
];

const parameters =
  '`date_range`, `start_date`, `end_date`, `interval`, `metrics`, `suspect_click`, `segment_code`, `timezone`, `limit`';

/** `/v1/analytics`: the documented GET, and the POST with a JSON body that older clients send. */
export const analyticsRoutes: readonly Route[] = subjects.flatMap(({ name, rows, about }) =>
  (['GET', 'POST'] as const).map((method): Route => ({
    method,
    path: `/v1/analytics/${name}`,
    access: 'v1',
    kind: 'analytics',
    source: method === 'POST' ? '3P' : name === 'activities' ? 'LIVE' : 'SPEC',
    about:
      method === 'GET' ? `${about} Parameters: ${parameters}.` : 'The same, with the parameters as JSON.',
    answer: (call, parts) => answerRows(call, parts, { method, rows }),
  })),
);

async function answerRows(
  call: Call,
  parts: ApiParts,
  { method, rows }: { readonly method: 'GET' | 'POST'; readonly rows: Rows },
): Promise<Reply> {
  const { variants } = parts.faults;
  if (variants.analyticsVerb !== 'both' && variants.analyticsVerb !== method.toLowerCase()) {
    return reply(400, `${method} is not possible here`);
  }
  const query = await readAnalyticsQuery(call, method, parts);
  if ('status' in query) return query;
  return { status: 200, results: rows(query, variants).slice(0, query.limit) };
}

function issuesOf({ firstIssue, lastIssue }: AnalyticsQuery): readonly number[] {
  return Array.from({ length: Math.max(0, lastIssue - firstIssue + 1) }, (_, index) => firstIssue + index);
}

function activities(query: AnalyticsQuery, variants: Variants): readonly object[] {
  const { timeField, dates, metricNames } = variants;
  const usual: readonly Metric[] =
    metricNames === 'singular' ? ['open', 'click'] : ['open', 'click', 'delivered', 'bounce'];
  return groupIssues(issuesOf(query), query).map(({ at, issues }) => {
    const tallies = talliesOf(query, issues);
    const figures = (query.metrics ?? usual).map((metric) => namedIn(metricNames, metric, tallies[metric]));
    const rates = metricNames === 'plural' ? ratesOf(tallies) : {};
    return {
      [timeField]: writeTime(at, dates),
      ...placed(variants, Object.assign({}, ...figures, rates) as object),
    };
  });
}

type Tallies = Readonly<Record<Metric, { readonly total: number; readonly unique: number }>>;

function talliesOf({ spans, rules }: AnalyticsQuery, issues: readonly number[]): Tallies {
  return {
    open: tally(spans, issues, opened(rules)),
    click: tally(spans, issues, clicked(rules)),
    delivered: tally(spans, issues, delivered),
    bounce: tally(spans, issues, bounced),
    unsubscribe: unsubscribesAfter(spans, issues),
  };
}

const plurals: Readonly<Record<Metric, string>> = {
  open: 'opens',
  click: 'clicks',
  delivered: 'delivered',
  bounce: 'bounces',
  unsubscribe: 'unsubscribes',
};

function namedIn(form: Variants['metricNames'], metric: Metric, { total, unique }: Tallies[Metric]): object {
  if (form === 'bare') return { [plurals[metric]]: total };
  const name = form === 'plural' ? plurals[metric] : metric;
  return { [`total_${name}`]: total, [`unique_${name}`]: unique };
}

/** In percent: people who opened or clicked of those who got an issue in the interval. */
function ratesOf({ open, click, delivered }: Tallies): object {
  return {
    open_rate: percent(open.unique, delivered.unique),
    click_rate: percent(click.unique, delivered.unique),
    click_to_open_rate: percent(click.unique, open.unique),
  };
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

function placed({ metricPlace }: Variants, figures: object): object {
  return metricPlace === 'flat' ? figures : { [metricPlace]: figures };
}

/** rasa.io's `click_rate` of articles and images: people of all clicks, not of deliveries. */
function clickFigures({ total, unique }: Tallies[Metric]): object {
  return { total_clicks: total, unique_clicks: unique, click_rate: percent(unique, total) };
}

function articles(query: AnalyticsQuery, variants: Variants): readonly object[] {
  const { spans, rules, firstIssue, lastIssue } = query;
  return articlesOf(firstIssue, lastIssue).map((article, index) => {
    const issue = lastIssue - Math.floor(index / articlesPerIssue);
    return {
      id: article.id,
      title: article.title,
      description: article.description,
      url: article.url,
      site_name: article.site,
      image_url: `${article.url}/picture.jpg`,
      quality_score: 50 + (index % 50),
      created: writeTime(article.created, variants.dates),
      subscription_name: article.site,
      category_name: article.topic,
      ...placed(variants, clickFigures(tally(spans, [issue], clicked(rules, index % articlesPerIssue)))),
    };
  });
}

function imageRows(query: AnalyticsQuery, variants: Variants): readonly object[] {
  const { spans, rules, firstIssue, lastIssue } = query;
  return images.map(({ id, title, type }, index) => ({
    id,
    title,
    url: `https://news.example/${id}`,
    type,
    created: writeTime(issueAt(firstIssue), variants.dates),
    start_date: writeTime(issueAt(firstIssue), variants.dates),
    end_date: writeTime(issueAt(lastIssue), variants.dates),
    // Who clicked the article of the same place clicked the picture too.
    ...placed(variants, clickFigures(tally(spans, issuesOf(query), clicked(rules, index)))),
  }));
}

function topicRows(query: AnalyticsQuery, variants: Variants): readonly object[] {
  const { spans, rules } = query;
  const issues = issuesOf(query);
  const readers = tally(spans, issues, delivered);
  const named = [...new Set(issues.flatMap((issue) => articlesOf(issue, issue).map(({ topic }) => topic)))];
  return named.map((topic_text) => {
    const articleIn = (issue: number) =>
      Array.from({ length: articlesPerIssue }, (_, article) => article).find(
        (article) => topicOf(issue, article) === topic_text,
      );
    const clicks = tally(spans, issues, (bucket, issue) => {
      const article = articleIn(issue);
      return article === undefined ? 0 : clicked(rules, article)(bucket, issue);
    });
    const figures = {
      total_interactions: clicks.total,
      unique_users: clicks.unique,
      engagement_rate: percent(clicks.unique, readers.unique),
    };
    return { topic_text, ...placed(variants, figures) };
  });
}
