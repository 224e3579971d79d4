import type { Calls } from '../calls.ts';
import type { Listing, PageOptions } from '../paging.ts';
import { readDate } from '../reading/dates.ts';
import { segment } from '../reading/query.ts';
import { readId, readText, type Item } from '../reading/values.ts';
import { createReader, type CallOptions } from '../reads.ts';

type Text = string | null | undefined;

/** A newsletter, in rasa.io's word. A key of version 1 belongs to one. */
export interface Community {
  readonly id: string | undefined;
  readonly name: Text;
  readonly identifier: Text;
}

/** A part of a newsletter. */
export interface Section {
  readonly id: string | undefined;
  readonly name: Text;
  readonly category_type_id: string | undefined;
  readonly category_type: Text;
}

/** An article, of the posts or of the content pool. Only the paths are documented, no field. */
export interface Post {
  readonly id: string | undefined;
  readonly title: Text;
  readonly description: Text;
  readonly url: Text;
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  /** Everything that rasa.io sent of it. */
  readonly fields: Item;
}

/** What a newsletter is made of, in version 1 of the API. Read only. */
export interface Content {
  communities(options?: CallOptions): Promise<readonly Community[]>;
  /** `identifier` is that of a community. */
  sections(identifier: string, options?: CallOptions): Promise<readonly Section[]>;
  posts(options?: { readonly updated_since?: Date | undefined } & PageOptions): Listing<Post>;
  contentPool(options?: PageOptions): Listing<Post>;
}

export function createContent(calls: Calls): Content {
  const reader = createReader(calls);
  return {
    communities: async (options) => (await reader.items('/v1/communities', {}, options)).map(readCommunity),
    sections: async (identifier, options) =>
      (await reader.items(`/v1/sections/${segment(identifier)}`, {}, options)).map(readSection),
    posts: ({ updated_since, ...options } = {}) =>
      reader.list('/v1/posts', { updated_since }, readPost, options),
    contentPool: (options = {}) => reader.list('/v1/content-pool', {}, readPost, options),
  };
}

export function readCommunity(item: Item): Community {
  return {
    id: readId(item['id']),
    name: readText(item['name']),
    identifier: readText(item['identifier']),
  };
}

function readSection(item: Item): Section {
  return {
    id: readId(item['id']),
    name: readText(item['name']),
    category_type_id: readId(item['category_type_id']),
    category_type: readText(item['category_type']),
  };
}

function readPost(item: Item): Post {
  return {
    id: readId(item['id']),
    title: readText(item['title']),
    description: readText(item['description']),
    url: readText(item['url']),
    created: readDate(item['created']),
    updated: readDate(item['updated']),
    fields: item,
  };
}
