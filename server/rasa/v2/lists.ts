import type { Calls } from '../calls.ts';
import { Unreadable } from '../errors.ts';
import type { Json } from '../persons/person.ts';
import { hasId } from '../reading/answers.ts';
import { segment } from '../reading/query.ts';
import { readId, readText, type Item } from '../reading/values.ts';
import type { CallOptions } from '../reads.ts';
import { createV2Reader, postV2 } from './reading.ts';

type Text = string | null | undefined;

/** A list of contacts: a static group. */
export interface List {
  readonly id: string | undefined;
  readonly name: Text;
  readonly fields: Item;
}

/** Experimental, as everything of version 2. rasa.io documents no change and no deletion of a list. */
export interface Lists {
  all(options?: CallOptions): Promise<readonly List[]>;
  get(id: string, options?: CallOptions): Promise<List>;
  create(
    list: {
      readonly name: string;
      readonly description?: string;
      readonly options?: Readonly<Record<string, Json>>;
    },
    options?: CallOptions,
  ): Promise<string | undefined>;
}

export function createLists(calls: Calls): Lists {
  const reader = createV2Reader(calls);
  return {
    all: async (options) => (await reader.items('/v2/lists', {}, options)).map(readList),
    async get(id, options) {
      const [list] = await reader.items(`/v2/lists/${segment(id)}`, {}, options);
      if (!list || !hasId(list)) throw new Unreadable({ status: 200, what: 'a list' });
      return readList(list);
    },
    create: (list, options) => postV2(calls, '/v2/lists', list, options),
  };
}

function readList(item: Item): List {
  return { id: readId(item['id']), name: readText(item['name']), fields: item };
}
