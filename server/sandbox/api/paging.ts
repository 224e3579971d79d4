import { z } from 'zod';
import type { Variants } from '../control/variants.ts';
import { readTime } from './dates.ts';
import { reply, type Call, type Reply } from './route.ts';

/** A whole number from 0, as a query parameter. */
export const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

/** A time as a query parameter, in ms. */
export const instant = z
  .string()
  .transform((text) => readTime(text) ?? NaN)
  .refine((ms) => !Number.isNaN(ms))
  .optional();

/** The answer to parameters that cannot be read. */
export function refuseQuery({ issues }: z.ZodError): Reply {
  const names = issues.map(({ path }) => path.join('.')).join(', ');
  return reply(400, `These query parameters cannot be read: ${names}`);
}

interface PageOf {
  readonly skip: number;
  readonly limit: number;
  /** How many there are on this page and on all. */
  readonly found: number;
  readonly total: number | undefined;
}

/**
 * `total` and `next_link` of one page. rasa.io's clients report that the link goes on past the end; the other
 * ways are variants.
 */
export function pageParts(
  call: Call,
  { skip, limit, found, total }: PageOf,
  variants: Variants,
): Pick<Reply, 'nextLink' | 'total'> {
  const hasMore = total === undefined ? found === limit : skip + found < total;
  // A page of none has no next one: its link would lead to itself.
  const goesOn =
    limit > 0 && (variants.nextLink === 'past-end' || (variants.nextLink === 'until-end' && hasMore));
  return {
    ...(total !== undefined && call.query['include_counts'] !== '0' && { total }),
    nextLink: goesOn ? linkTo(call, String(skip + limit)) : null,
  };
}

/** The address of this call with another `skip`. */
export function linkTo({ url }: Call, skip: string): string {
  const link = new URL(url);
  link.searchParams.set('skip', skip);
  return link.href;
}

/** Where a page past the end begins; some servers are said to begin again. */
export function skipFor(skip: number, total: number, { pastEnd }: Variants): number {
  return pastEnd === 'first-page' && skip >= total ? 0 : skip;
}

/** An item that is read, with or without `data` around it. */
export function wrapIf(shape: 'wrapped' | 'flat', data: object, self?: string): object {
  if (shape === 'flat') return data;
  return { data, links: self === undefined ? {} : { self } };
}

/** One page of a list that is at hand as a whole. */
export function pageOfAll<T>(
  call: Call,
  all: readonly T[],
  limits: { readonly usual: number; readonly most: number },
  variants: Variants,
): { readonly page: readonly T[]; readonly parts: Pick<Reply, 'nextLink' | 'total'> } | Reply {
  const query = z
    .object({ skip: count.default(0), limit: count.default(limits.usual) })
    .safeParse(call.query);
  if (!query.success) return refuseQuery(query.error);
  const limit = Math.min(query.data.limit, limits.most);
  const skip = skipFor(query.data.skip, all.length, variants);
  const page = all.slice(skip, skip + limit);
  const parts = pageParts(call, { ...query.data, limit, found: page.length, total: all.length }, variants);
  return { page, parts };
}
