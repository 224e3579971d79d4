import { expect } from 'vitest';
import type { Clients } from './scripted-rasa.ts';

/** One documented call: what rasa.io has, and what the client must make of it in each shape of an answer. */
export interface RouteCase {
  readonly route: string;
  readonly call: (clients: Clients) => Promise<unknown>;
  /** The items of a read, as rasa.io documents them; the id of a write. */
  readonly items: readonly object[];
  readonly expected: unknown;
  readonly kind: 'read' | 'write' | 'change' | 'v2-read' | 'v2-write' | 'v2-change' | 'webhook';
}

const at = (text: string) => new Date(`${text.replace(' ', 'T')}Z`);
const count = (total: number | undefined, unique: number | undefined) => ({ total, unique });
const said = (value: object): unknown => expect.objectContaining(value);

const person = {
  id: 'p-1',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: null,
  external_id: '17',
  segment_code: 'All',
  is_active: 1,
  is_subscribed: '0',
  unsubscribe_reason: 'OneClickUnsubscribe',
  created: '2026-11-01 08:00:00',
  updated: '11/02/2026 09:30:00 PM',
  last_open: null,
};
const readPerson = {
  id: 'p-1',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: null,
  external_id: '17',
  segment_code: 'All',
  is_active: true,
  is_subscribed: false,
  is_archived: undefined,
  unsubscribe_reason: 'OneClickUnsubscribe',
  created: at('2026-11-01 08:00:00'),
  updated: at('2026-11-02 21:30:00'),
  last_open: undefined,
};
const action = {
  id: 9,
  person_id: 'p-1',
  external_id: '17',
  email: 'ada@example.com',
  action_type: 'click',
  created: '2026-11-01T08:00:00.250Z',
};
const topic = { topic: 'Tides', first_click: '2026-11-01', last_click: '2026-11-02 10:00:00', count: 3 };
const readTopic = {
  topic: 'Tides',
  first_click: at('2026-11-01 00:00:00'),
  last_click: at('2026-11-02 10:00:00'),
  count: 3,
  weight: undefined,
};
const contact = {
  id: 'c-1',
  email: 'ada@example.com',
  can_email: true,
  options: { plan: 'gold' },
  created: '2026-11-01T08:00:00Z',
  identifiers: [{ system: 'hubspot', identifier: '5' }],
};
const readContact = said({
  id: 'c-1',
  email: 'ada@example.com',
  can_email: true,
  options: { plan: 'gold' },
  created: at('2026-11-01 08:00:00'),
  identifiers: [{ system: 'hubspot', system_identifier: undefined, identifier: '5' }],
});
const article = { id: 4, title: 'Tides', url: 'https://a.example/t', total_clicks: 7, unique_clicks: '5' };
const readArticle = said({ id: '4', title: 'Tides', url: 'https://a.example/t', click: count(7, 5) });

export const readRoutes: readonly RouteCase[] = [
  {
    route: 'GET /v1/persons',
    call: ({ rasa }) => rasa.persons.list().all(),
    items: [person],
    expected: [said({ ...readPerson, attributes: {} })],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}',
    call: ({ rasa }) => rasa.persons.get('p-1'),
    items: [{ ...person, plan: 'gold', data: 'of its own' }],
    expected: said({ ...readPerson, attributes: { plan: 'gold', data: 'of its own' } }),
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}/attributes',
    call: ({ rasa }) => rasa.persons.attributes('p-1').all(),
    items: [{ name: 'plan', value: 'gold', data_source_name: 'API', created: '2026-11-01 08:00:00' }],
    expected: [{ name: 'plan', value: 'gold', data_source_name: 'API', created: at('2026-11-01 08:00:00') }],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/deleted',
    call: ({ rasa }) => rasa.persons.deleted({ archived_since: at('2026-11-01 08:00:00') }).all(),
    items: [{ id: 'p-2', archived_date: '2026-11-03 01:00:00' }],
    expected: [{ id: 'p-2', archived_date: at('2026-11-03 01:00:00') }],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}/actions',
    call: ({ rasa }) => rasa.persons.actions('p-1'),
    items: [{ action_type: 'open', url: null, issue_date: '2026-11-01', action_time: '2026-11-01 08:00:00' }],
    expected: [said({ type: 'open', url: null, action_time: at('2026-11-01 08:00:00') })],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}/topics, flat as documented',
    call: ({ rasa }) => rasa.persons.topics('p-1'),
    items: [topic],
    expected: [readTopic],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}/topics, in a list as seen live',
    call: ({ rasa }) => rasa.persons.topics('p-1'),
    items: [{ topics: [topic] }],
    expected: [readTopic],
    kind: 'read',
  },
  {
    route: 'GET /v1/persons/{id}/sends',
    call: ({ rasa }) => rasa.persons.sends('p-1'),
    items: [{ person_id: 'p-1', issue_id: 8, send_at: '2026-11-01 08:00:00', status: 'Delivered' }],
    expected: [said({ issue_id: '8', status: 'Delivered', send_at: at('2026-11-01 08:00:00') })],
    kind: 'read',
  },
  {
    route: 'GET /v1/communities',
    call: ({ rasa }) => rasa.communities(),
    items: [{ id: 'c-1', name: 'The Tide', identifier: 'tide' }],
    expected: [{ id: 'c-1', name: 'The Tide', identifier: 'tide' }],
    kind: 'read',
  },
  {
    route: 'GET /v1/sections/{community}',
    call: ({ rasa }) => rasa.sections('tide'),
    items: [{ id: 2, name: 'News', category_type_id: 1, category_type: 'article' }],
    expected: [{ id: '2', name: 'News', category_type_id: '1', category_type: 'article' }],
    kind: 'read',
  },
  {
    route: 'GET /v1/posts',
    call: ({ rasa }) => rasa.posts({ updated_since: at('2026-11-01 08:00:00') }).all(),
    items: [{ id: 3, title: 'Tides', url: 'https://a.example/t', updated: '2026-11-01 08:00:00' }],
    expected: [said({ id: '3', title: 'Tides', updated: at('2026-11-01 08:00:00') })],
    kind: 'read',
  },
  {
    route: 'GET /v1/content-pool',
    call: ({ rasa }) => rasa.contentPool().all(),
    items: [{ id: 5, title: 'Ebb' }],
    expected: [said({ id: '5', title: 'Ebb' })],
    kind: 'read',
  },
  {
    route: 'GET /v1/analytics/activities, plural as documented',
    call: ({ rasa }) => rasa.analytics.activities({ interval: 'day' }),
    items: [
      { timestamp: '2026-11-01', total_opens: 9, unique_opens: 4, total_clicks: 0, total_delivered: 50 },
    ],
    expected: [
      said({
        timestamp: at('2026-11-01 00:00:00'),
        open: count(9, 4),
        click: count(0, undefined),
        delivered: count(50, undefined),
        bounce: count(undefined, undefined),
      }),
    ],
    kind: 'read',
  },
  {
    route: 'GET /v1/analytics/activities, singular as seen live',
    call: ({ rasa }) => rasa.analytics.activities(),
    items: [{ timestamp: 1_793_520_000, total_open: '9', unique_open: 4, total_click: 2, unique_click: 1 }],
    expected: [said({ timestamp: at('2026-11-01 08:00:00'), open: count(9, 4), click: count(2, 1) })],
    kind: 'read',
  },
  ...['data', 'metrics', 'totals', 'values'].map((place): RouteCase => ({
    route: `GET /v1/analytics/activities, bare names inside ${place}`,
    call: ({ rasa }) => rasa.analytics.activities(),
    items: [{ bucket_start: '2026-11-01T00:00:00Z', [place]: { opens: 9, click: 2, unique_clicks: 1 } }],
    expected: [said({ timestamp: at('2026-11-01 00:00:00'), open: count(9, undefined), click: count(2, 1) })],
    kind: 'read',
  })),
  {
    route: 'GET /v1/analytics/articles',
    call: ({ rasa }) => rasa.analytics.articles(),
    items: [article],
    expected: [readArticle],
    kind: 'read',
  },
  {
    route: 'GET /v1/analytics/images',
    call: ({ rasa }) => rasa.analytics.images(),
    items: [{ ...article, type: 'ad' }],
    expected: [said({ id: '4', type: 'ad', click: count(7, 5) })],
    kind: 'read',
  },
  {
    route: 'GET /v1/analytics/topics',
    call: ({ rasa }) => rasa.analytics.topics(),
    items: [{ topic_text: 'Tides', total_interactions: 12, unique_users: 3, engagement_rate: 0 }],
    expected: [said({ topic: 'Tides', total_interactions: 12, unique_users: 3, engagement_rate: 0 })],
    kind: 'read',
  },
  {
    route: 'GET /v1/insights/actions',
    call: ({ rasa }) => rasa.insights.actions().all(),
    items: [action],
    expected: [said({ id: '9', person_id: 'p-1', type: 'click', created: at('2026-11-01 08:00:00.250') })],
    kind: 'read',
  },
  {
    route: 'GET /v1/insights/topics, with the misspelt weight',
    call: ({ rasa }) => rasa.insights.topics().all(),
    items: [{ person_id: 'p-1', email: 'ada@example.com', topics: [{ topic: 'Tides', wight: 0.5 }] }],
    expected: [said({ person_id: 'p-1', topics: [said({ topic: 'Tides', weight: 0.5, count: undefined })] })],
    kind: 'read',
  },
  {
    route: 'GET /v2/contacts',
    call: ({ v2 }) => v2.contacts.list().all(),
    items: [contact],
    expected: [readContact],
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/contacts/{id}',
    call: ({ v2 }) => v2.contacts.get('c-1'),
    items: [contact],
    expected: readContact,
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/contacts/deleted',
    call: ({ v2 }) => v2.contacts.removed().all(),
    items: [
      { id: 'c-2', email: 'bob@example.com', newsletter_id: 6, archived_date: '2026-11-01', is_archived: 0 },
    ],
    expected: [
      {
        id: 'c-2',
        email: 'bob@example.com',
        newsletter_id: '6',
        archived_date: at('2026-11-01 00:00:00'),
        is_archived: false,
      },
    ],
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/lists',
    call: ({ v2 }) => v2.lists.all(),
    items: [{ id: '7', name: 'Members' }],
    expected: [said({ id: '7', name: 'Members' })],
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/lists/{id}',
    call: ({ v2 }) => v2.lists.get('7'),
    items: [{ id: 7, name: 'Members' }],
    expected: said({ id: '7', name: 'Members' }),
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/subscription-types',
    call: ({ v2 }) => v2.subscriptions.types(),
    items: [{ id: 1, name: 'News', account_id: 2 }],
    expected: [said({ id: '1', name: 'News', account_id: '2' })],
    kind: 'v2-read',
  },
  {
    route: 'GET /v2/subscriptions',
    call: ({ v2 }) => v2.subscriptions.of(11),
    items: [{ id: 1, contact_id: 11, subscription_type_id: 1, can_email: 'true', is_active: false }],
    expected: [said({ id: '1', contact_id: '11', can_email: true, is_active: false })],
    kind: 'v2-read',
  },
];

const ada = { email: 'ada@example.com', first_name: 'Ada' };

export const writeRoutes: readonly RouteCase[] = [
  {
    route: 'POST /v1/persons',
    call: ({ rasa }) => rasa.persons.save(ada),
    items: [{ id: 'p-1', status: 'created' }],
    expected: { is: 'saved', id: 'p-1', isNew: true },
    kind: 'write',
  },
  {
    route: 'POST /v1/persons, a person that is known',
    call: ({ rasa }) => rasa.persons.save(ada),
    items: [{ id: 1, status: 'exists' }],
    expected: { is: 'saved', id: '1', isNew: false },
    kind: 'write',
  },
  {
    route: 'PUT /v1/persons/{id}',
    call: ({ rasa }) => rasa.persons.update('p-1', { first_name: 'Ada' }),
    items: [{ id: 'p-1', status: 'updated' }],
    expected: undefined,
    kind: 'change',
  },
  {
    route: 'PUT /v1/persons',
    call: ({ rasa }) => rasa.persons.updateMany([{ id: 'p-1', first_name: 'Ada' }]),
    items: [{ id: 'p-1', status: 'updated' }],
    expected: undefined,
    kind: 'change',
  },
  {
    route: 'PUT /v1/persons/{id}, archived',
    call: ({ rasa }) => rasa.persons.archive('p-1', { external_id: '17' }),
    items: [{ id: 'p-1', status: 'updated' }],
    expected: undefined,
    kind: 'change',
  },
  {
    route: 'PUT /v1/persons/{id}, unsubscribed',
    call: ({ rasa }) => rasa.persons.unsubscribe('p-1'),
    items: [{ id: 'p-1', status: 'updated' }],
    expected: undefined,
    kind: 'change',
  },
  {
    route: 'DELETE /v1/persons/{id}',
    call: ({ rasa }) => rasa.persons.remove('p-1'),
    items: [{ id: 'p-1' }],
    expected: undefined,
    kind: 'change',
  },
  {
    route: 'POST /v2/contacts',
    call: ({ v2 }) => v2.contacts.create(ada),
    items: [{ id: 'c-1' }],
    expected: 'c-1',
    kind: 'v2-write',
  },
  {
    route: 'PUT /v2/contacts/{id}',
    call: ({ v2 }) => v2.contacts.update('c-1', { can_email: false, can_email_code: 'manual' }),
    items: [{ id: 'c-1' }],
    expected: undefined,
    kind: 'v2-change',
  },
  {
    route: 'DELETE /v2/contacts/{id}',
    call: ({ v2 }) => v2.contacts.archive('c-1'),
    items: [{ id: 'c-1' }],
    expected: undefined,
    kind: 'v2-change',
  },
  {
    route: 'DELETE /v2/contact-lists/{id}/list/{list_id}',
    call: ({ v2 }) => v2.contacts.takeOffList('c-1', 7),
    items: [{ id: 'c-1' }],
    expected: undefined,
    kind: 'v2-change',
  },
  {
    route: 'POST /v2/lists',
    call: ({ v2 }) => v2.lists.create({ name: 'Members' }),
    items: [{ id: 7 }],
    expected: '7',
    kind: 'v2-write',
  },
  {
    route: 'POST /v2/subscriptions',
    call: ({ v2 }) => v2.subscriptions.save({ contact_id: 11, subscription_type_id: 1, can_email: true }),
    items: [{ id: 12 }],
    expected: '12',
    kind: 'v2-write',
  },
  {
    route: 'PUT /v2/subscriptions/{id}',
    call: ({ v2 }) => v2.subscriptions.update('12', { is_active: false }),
    items: [{ id: 12 }],
    expected: undefined,
    kind: 'v2-change',
  },
  {
    route: 'POST /signup/{guid}',
    call: ({ open }) => open.signUp('a-guid', ada),
    items: [],
    expected: undefined,
    kind: 'webhook',
  },
];
