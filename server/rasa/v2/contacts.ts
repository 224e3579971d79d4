import type { Calls } from '../calls.ts';
import { Unreadable } from '../errors.ts';
import type { Listing, OffsetOptions, PageOptions } from '../paging.ts';
import type { Json } from '../persons/person.ts';
import { hasId } from '../reading/answers.ts';
import { readDate } from '../reading/dates.ts';
import { segment } from '../reading/query.ts';
import { isItem, readFlag, readId, readItems, readText, type Item } from '../reading/values.ts';
import type { CallOptions } from '../reads.ts';
import { createV2Reader, isReadable, postV2 } from './reading.ts';

type Text = string | null | undefined;

/** A contact of version 2; the names are rasa.io's own. */
export interface ContactV2 {
  /** A GUID. */
  readonly id: string | undefined;
  readonly email: Text;
  readonly first_name: Text;
  readonly last_name: Text;
  readonly title: Text;
  readonly company: Text;
  readonly source: Text;
  /** Whether rasa.io may write to the contact, and why not: a code such as `manual` or `bounce`, and text. */
  readonly can_email: boolean | undefined;
  readonly can_email_code: Text;
  readonly can_email_message: Text;
  readonly can_email_updated: Date | undefined;
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  /** Custom attributes. */
  readonly options: Readonly<Record<string, Json>>;
  readonly identifiers: readonly Identifier[];
  readonly fields: Item;
}

/** The id of a contact in another system. */
export interface Identifier {
  readonly system: Text;
  readonly system_identifier: Text;
  readonly identifier: Text;
}

/** What can be written of a contact. */
export interface ContactV2Changes {
  readonly email?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly source?: string;
  readonly can_email?: boolean;
  readonly can_email_code?: string;
  readonly can_email_message?: string;
  readonly options?: Readonly<Record<string, Json>>;
  /** Puts the contact on this list at once. */
  readonly list_id?: number;
  /** An id in another system, such as `hubspot`; `system` and `identifier` only together. */
  readonly system?: string;
  readonly identifier?: string;
  readonly system_identifier?: string;
}

/** A contact that was archived, or taken off a list. */
export interface RemovedContact {
  readonly id: string | undefined;
  readonly email: Text;
  readonly newsletter_id: string | undefined;
  readonly archived_date: Date | undefined;
  /** `true`: gone everywhere; `false`: only off the list. */
  readonly is_archived: boolean | undefined;
}

/**
 * Contacts in version 2 of the API. Experimental: written from the published description, and nobody has
 * published an answer.
 */
export interface ContactsV2 {
  list(options?: { readonly list_id?: number | undefined } & OffsetOptions): Listing<ContactV2>;
  get(id: string, options?: CallOptions): Promise<ContactV2>;
  /** The id of the new contact; `undefined` where rasa.io does not say it. What exists may be refused. */
  create(
    contact: ContactV2Changes & { readonly email: string },
    options?: CallOptions,
  ): Promise<string | undefined>;
  update(id: string, changes: ContactV2Changes, options?: CallOptions): Promise<void>;
  /** Hides a contact. Its lists stay as they are. */
  archive(id: string, options?: CallOptions): Promise<void>;
  removed(options?: { readonly archived_since?: Date | undefined } & PageOptions): Listing<RemovedContact>;
  takeOffList(id: string, listId: string | number, options?: CallOptions): Promise<void>;
}

const root = '/v2/contacts';

export function createContactsV2(calls: Calls): ContactsV2 {
  const reader = createV2Reader(calls);
  return {
    list: ({ list_id, ...options } = {}) => reader.list(root, { list_id }, readContact, options),

    async get(id, options) {
      const [contact] = await reader.items(`${root}/${segment(id)}`, {}, options);
      if (!contact || !hasId(contact)) throw new Unreadable({ status: 200, what: 'a contact' });
      return readContact(contact);
    },

    create: (contact, options) => postV2(calls, root, contact, options),

    async update(id, changes, { signal } = {}) {
      const path = `${root}/${segment(id)}`;
      await calls.ask({ method: 'PUT', path, json: changes, isSuccess: isReadable, signal });
    },

    async archive(id, { signal } = {}) {
      await calls.ask({ method: 'DELETE', path: `${root}/${segment(id)}`, isSuccess: isReadable, signal });
    },

    removed: ({ archived_since, ...options } = {}) =>
      reader.list(`${root}/deleted`, { archived_since }, readRemoved, options),

    async takeOffList(id, listId, { signal } = {}) {
      const path = `/v2/contact-lists/${segment(id)}/list/${segment(String(listId))}`;
      await calls.ask({ method: 'DELETE', path, isSuccess: isReadable, signal });
    },
  };
}

function readContact(item: Item): ContactV2 {
  const { options } = item;
  return {
    id: readId(item['id']),
    email: readText(item['email']),
    first_name: readText(item['first_name']),
    last_name: readText(item['last_name']),
    title: readText(item['title']),
    company: readText(item['company']),
    source: readText(item['source']),
    can_email: readFlag(item['can_email']),
    can_email_code: readText(item['can_email_code']),
    can_email_message: readText(item['can_email_message']),
    can_email_updated: readDate(item['can_email_updated']),
    created: readDate(item['created']),
    updated: readDate(item['updated']),
    options: isItem(options) ? (options as Readonly<Record<string, Json>>) : {},
    identifiers: readItems(item['identifiers']).map((each) => ({
      system: readText(each['system']),
      system_identifier: readText(each['system_identifier']),
      identifier: readText(each['identifier']),
    })),
    fields: item,
  };
}

function readRemoved(item: Item): RemovedContact {
  return {
    id: readId(item['id']),
    email: readText(item['email']),
    newsletter_id: readId(item['newsletter_id']),
    archived_date: readDate(item['archived_date']),
    is_archived: readFlag(item['is_archived']),
  };
}
