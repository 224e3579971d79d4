import type { Calls } from '../calls.ts';
import { readDate } from '../reading/dates.ts';
import { segment } from '../reading/query.ts';
import { readFlag, readId, readText, type Item } from '../reading/values.ts';
import type { CallOptions } from '../reads.ts';
import { createV2Reader, isReadable, postV2 } from './reading.ts';

type Text = string | null | undefined;

/** What contacts can subscribe to. */
export interface SubscriptionType {
  readonly id: string | undefined;
  readonly name: Text;
  readonly account_id: string | undefined;
  readonly created: Date | undefined;
  readonly updated: Date | undefined;
  readonly fields: Item;
}

/** Whether one contact has subscribed to one type. */
export interface Subscription {
  readonly id: string | undefined;
  readonly contact_id: string | undefined;
  readonly subscription_type_id: string | undefined;
  readonly can_email: boolean | undefined;
  readonly is_active: boolean | undefined;
  readonly unsubscribe_code: Text;
  readonly unsubscribe_message: Text;
  readonly status_changed: Date | undefined;
  readonly fields: Item;
}

export interface SubscriptionChanges {
  readonly integration_id?: number;
  readonly can_email?: boolean;
  readonly is_active?: boolean;
  readonly synced_at?: string;
  readonly unsubscribe_code?: string;
  readonly unsubscribe_message?: string;
}

/**
 * Experimental, with a gap: a contact is known by a GUID, while `contact_id` is a number here, and no place
 * is documented that gives it.
 */
export interface Subscriptions {
  types(options?: CallOptions): Promise<readonly SubscriptionType[]>;
  of(contactId: number, options?: CallOptions): Promise<readonly Subscription[]>;
  /** Creates a subscription, or updates the one of the same contact and type. */
  save(
    subscription: SubscriptionChanges & {
      readonly contact_id: number;
      readonly subscription_type_id: number;
    },
    options?: CallOptions,
  ): Promise<string | undefined>;
  update(id: string, changes: SubscriptionChanges, options?: CallOptions): Promise<void>;
}

export function createSubscriptions(calls: Calls): Subscriptions {
  const reader = createV2Reader(calls);
  return {
    types: async (options) => (await reader.items('/v2/subscription-types', {}, options)).map(readType),
    of: async (contact_id, options) =>
      (await reader.items('/v2/subscriptions', { contact_id }, options)).map(readSubscription),
    save: (subscription, options) =>
      postV2(calls, '/v2/subscriptions', subscription, { isRepeatable: true, ...options }),
    async update(id, changes, { signal } = {}) {
      const path = `/v2/subscriptions/${segment(id)}`;
      await calls.ask({ method: 'PUT', path, json: changes, isSuccess: isReadable, signal });
    },
  };
}

function readType(item: Item): SubscriptionType {
  return {
    id: readId(item['id']),
    name: readText(item['name']),
    account_id: readId(item['account_id']),
    created: readDate(item['created']),
    updated: readDate(item['updated']),
    fields: item,
  };
}

function readSubscription(item: Item): Subscription {
  return {
    id: readId(item['id']),
    contact_id: readId(item['contact_id']),
    subscription_type_id: readId(item['subscription_type_id']),
    can_email: readFlag(item['can_email']),
    is_active: readFlag(item['is_active']),
    unsubscribe_code: readText(item['unsubscribe_code']),
    unsubscribe_message: readText(item['unsubscribe_message']),
    status_changed: readDate(item['status_changed']),
    fields: item,
  };
}
