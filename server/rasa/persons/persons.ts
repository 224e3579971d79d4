import type { Calls } from '../calls.ts';
import { Refused, Unreadable } from '../errors.ts';
import type { Listing, OffsetOptions, PageOptions } from '../paging.ts';
import { hasId, readErrorText, readPageInfo, readResults } from '../reading/answers.ts';
import { segment, withQuery } from '../reading/query.ts';
import type { Item } from '../reading/values.ts';
import { createReader, type CallOptions } from '../reads.ts';
import {
  readAction,
  readSend,
  readTombstone,
  readTopics,
  type PersonAction,
  type PersonTopic,
  type Send,
  type Tombstone,
} from './engagement.ts';
import {
  attributeItems,
  readAttribute,
  readPerson,
  toBody,
  type Attribute,
  type NewPerson,
  type Person,
  type PersonChanges,
} from './person.ts';
import { savePersons, type Saved } from './saving.ts';

/** Which persons to list. "since" is meant to include its instant, "before" to exclude it. */
export interface PersonFilter {
  readonly created_since?: Date | undefined;
  readonly created_before?: Date | undefined;
  readonly updated_since?: Date | undefined;
  readonly updated_before?: Date | undefined;
}

/** The contacts of a newsletter, in version 1 of the API. Methods reject with a `RasaError`. */
export interface Persons {
  /** Live ones, without custom attributes. */
  list(options?: PersonFilter & OffsetOptions): Listing<Person>;
  /** How many live ones rasa.io says there are; `undefined` if it does not say. It may cap the number. */
  count(options?: PersonFilter & CallOptions): Promise<number | undefined>;
  /** One with its custom attributes. */
  get(id: string, options?: CallOptions): Promise<Person>;
  attributes(id: string, options?: PageOptions): Listing<Attribute>;
  /** Creates a person, or updates the one with the same `external_id` or else the same address. */
  save(person: NewPerson, options?: CallOptions): Promise<Extract<Saved, { is: 'saved' }>>;
  /** The same for many, 25 at a time. Tells what became of each, in their order, and does not reject. */
  saveMany(persons: readonly NewPerson[], options?: CallOptions): Promise<readonly Saved[]>;
  update(id: string, changes: PersonChanges, options?: CallOptions): Promise<void>;
  /** Experimental: that rasa.io takes a list here is documented, its form is not. */
  updateMany(
    changes: readonly (PersonChanges & { readonly id: string })[],
    options?: CallOptions,
  ): Promise<void>;
  /** Hides a person from the list. `external_id` is wanted where the person has one. */
  archive(id: string, options?: CallOptions & { readonly external_id?: string }): Promise<void>;
  unsubscribe(id: string, options?: CallOptions): Promise<void>;
  /** Deletes for good, for requests under the GDPR. It cannot be undone. */
  remove(id: string, options?: CallOptions): Promise<void>;
  /** Those that were archived or deleted. */
  deleted(options?: { readonly archived_since?: Date | undefined } & PageOptions): Listing<Tombstone>;
  /** Of the last seven days. */
  actions(id: string, options?: CallOptions): Promise<readonly PersonAction[]>;
  topics(id: string, options?: CallOptions): Promise<readonly PersonTopic[]>;
  sends(id: string, options?: CallOptions): Promise<readonly Send[]>;
}

const root = '/v1/persons';

export function createPersons(calls: Calls): Persons {
  const reader = createReader(calls);
  const attributeReader = createReader(calls, {
    resultsOf: (body) => readResults(body).flatMap(attributeItems),
  });
  const pathOf = (id: string, below = '') => `${root}/${segment(id)}${below}`;

  return {
    list: ({ pageSize, skip, signal, ...filter } = {}) =>
      reader.list(root, { ...filter }, readPerson, { pageSize, skip, signal }),

    async count({ signal, ...filter } = {}) {
      const path = withQuery(root, { ...filter, limit: 1 });
      return readPageInfo((await calls.ask({ method: 'GET', path, signal })).body).total;
    },

    async get(id, { signal } = {}) {
      const answer = await calls.ask({ method: 'GET', path: pathOf(id), signal });
      const [person] = readResults(answer.body);
      if (!hasId(person)) throw new Unreadable({ status: answer.status, what: 'a person' });
      return readPerson(person ?? {});
    },

    attributes: (id, options = {}) =>
      attributeReader.list(pathOf(id, '/attributes'), {}, readAttribute, options),

    async save(person, { signal } = {}) {
      const [saved] = await savePersons(calls, [toBody(person)], signal);
      signal?.throwIfAborted();
      if (saved?.is === 'saved') return saved;
      throw saved?.error ?? new TypeError('unreachable: one person has one outcome');
    },

    saveMany: async (persons, { signal } = {}) => savePersons(calls, persons.map(toBody), signal),

    update: (id, changes, { signal } = {}) => put(pathOf(id), toBody(changes), signal),

    async updateMany(changes, { signal } = {}) {
      const bodies = changes.map(({ id, ...rest }) => ({ ...toBody(rest), id }));
      for (let start = 0; start < bodies.length; start += 25) {
        await put(root, bodies.slice(start, start + 25), signal);
      }
    },

    archive: (id, { external_id, signal } = {}) =>
      put(pathOf(id), { is_archived: 1, ...(external_id !== undefined && { external_id }) }, signal),

    unsubscribe: (id, { signal } = {}) => put(pathOf(id), { is_subscribed: 0 }, signal),

    async remove(id, { signal } = {}) {
      await calls.ask({ method: 'DELETE', path: pathOf(id), signal });
    },

    deleted: ({ archived_since, ...options } = {}) =>
      reader.list(`${root}/deleted`, { archived_since }, readTombstone, options),

    actions: async (id, options) => (await reader.items(pathOf(id, '/actions'), {}, options)).map(readAction),
    topics: async (id, options) =>
      (await reader.items(pathOf(id, '/topics'), {}, options)).flatMap(readTopics),
    sends: async (id, options) => (await reader.items(pathOf(id, '/sends'), {}, options)).map(readSend),
  };

  /** An update that rasa.io takes as a call may still refuse a person: its entry then has an error text. */
  async function put(path: string, json: object, signal: AbortSignal | undefined): Promise<void> {
    const { status, body } = await calls.ask({ method: 'PUT', path, json, signal });
    const refused = readResults(body).find((entry) => !hasId(entry) && isAboutError(entry));
    if (refused) throw new Refused({ status, text: readErrorText(body, refused) });
  }
}

function isAboutError(entry: Item): boolean {
  return readErrorText(undefined, entry) !== undefined;
}
