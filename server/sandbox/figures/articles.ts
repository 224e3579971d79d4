import { articlesPerIssue, issueAt } from './issues.ts';

/** An article of an issue, made up. Times in ms. */
export interface Article {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly site: string;
  readonly topic: string;
  readonly created: number;
}

const topics = [
  'Harbours',
  'Weather',
  'Ship building',
  'Fisheries',
  'Navigation',
  'Trade',
  'Islands',
  'History',
] as const;

const sites = ['The Harbour Post', 'Tide Table', 'Lighthouse Weekly'] as const;

export function topicOf(issue: number, article: number): string {
  return topics[(issue + article) % topics.length] ?? topics[0];
}

export function articleOf(issue: number, article: number): Article {
  const topic = topicOf(issue, article);
  return {
    id: `post-${issue}-${article}`,
    title: `${topic}: story ${article + 1} of issue ${issue}`,
    description: `What is new about ${topic.toLowerCase()}.`,
    url: `https://news.example/${issue}/${article}`,
    site: sites[(issue + article) % sites.length] ?? sites[0],
    topic,
    created: issueAt(issue),
  };
}

/** The articles of the issues from `first` to `last`, newest first. */
export function articlesOf(first: number, last: number): readonly Article[] {
  const issues = Array.from({ length: Math.max(0, last - first + 1) }, (_, back) => last - back);
  return issues.flatMap((issue) =>
    Array.from({ length: articlesPerIssue }, (_, article) => articleOf(issue, article)),
  );
}

/** The three pictures of every issue. */
export const images = [
  { id: 'image-header', title: 'Header', type: 'header' },
  { id: 'image-sponsor', title: 'Sponsor', type: 'advertisement' },
  { id: 'image-footer', title: 'Footer', type: 'footer' },
] as const;
