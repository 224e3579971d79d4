import { writeTime } from '../api/dates.ts';
import { instant, pageOfAll, refuseQuery, wrapIf } from '../api/paging.ts';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { articlesOf, type Article } from '../figures/articles.ts';
import { lastIssueBy } from '../figures/issues.ts';
import { z } from 'zod';

const base = { method: 'GET', access: 'v1', kind: 'other' } as const;

/** rasa.io's API is limited to one community, its word for a newsletter. */
export const community = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Sandbox newsletter',
  identifier: 'sandbox',
};

const sections = [
  { id: 1, name: 'Articles', category_type_id: 1, category_type: 'content' },
  { id: 2, name: 'Announcements', category_type_id: 2, category_type: 'announcement' },
];

export const contentRoutes: readonly Route[] = [
  {
    ...base,
    path: '/v1/communities',
    source: '3P',
    about: 'The one newsletter of the API key: `id`, `name`, `identifier`.',
    answer: (_call, { faults }) => ({
      status: 200,
      results: [wrapIf(faults.variants.readItems, community)],
      total: 1,
    }),
  },
  {
    ...base,
    path: '/v1/sections/:identifier',
    source: 'SPEC',
    about: 'The sections of the newsletter with this `identifier`.',
    answer: ({ params }, { faults }) =>
      params['identifier'] === community.identifier
        ? { status: 200, results: sections.map((section) => wrapIf(faults.variants.readItems, section)) }
        : reply(404, 'No such community'),
  },
  {
    ...base,
    path: '/v1/posts',
    source: 'SPEC',
    about: 'The articles of the last 30 issues, newest first: `updated_since`, `skip`, `limit`.',
    answer: listPosts,
  },
  {
    ...base,
    path: '/v1/content-pool',
    source: 'SPEC',
    about: 'The articles that the next issue can have: `skip`, `limit`.',
    answer(call, parts) {
      const next = lastIssueBy(parts.now()) + 1;
      return pageOfArticles(call, parts, articlesOf(next, next));
    },
  },
  {
    ...base,
    path: '/v1/lead-posts',
    source: 'LIVE',
    about: '400: rasa.io knows the path, but not the method.',
    answer: () => reply(400, 'GET is not possible here'),
  },
];

function listPosts(call: Call, parts: ApiParts): Reply {
  const query = z.object({ updated_since: instant }).safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const last = lastIssueBy(parts.now());
  const { updated_since: since = 0 } = query.data;
  return pageOfArticles(
    call,
    parts,
    articlesOf(last - 29, last).filter(({ created }) => created >= since),
  );
}

function pageOfArticles(call: Call, { faults }: ApiParts, articles: readonly Article[]): Reply {
  const { variants } = faults;
  const paged = pageOfAll(call, articles, { usual: 50, most: variants.maxPage }, variants);
  if (!('page' in paged)) return paged;
  const results = paged.page.map(({ id, title, description, url, site, topic, created }) => {
    const at = writeTime(created, variants.dates);
    return wrapIf(variants.readItems, {
      id,
      title,
      description,
      url,
      site_name: site,
      category_name: topic,
      created: at,
      updated: at,
    });
  });
  return { status: 200, results, ...paged.parts };
}
