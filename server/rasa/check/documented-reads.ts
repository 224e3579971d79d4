/** One read that is documented, and what is documented of it; docs/rasa-api.md has the sources. */
export interface DocumentedRead {
  readonly route: string;
  /** `undefined` where an earlier answer did not have what the path needs. */
  readonly path: (known: Known) => string | undefined;
  readonly items: 'wrapped' | 'flat';
  readonly fields: readonly string[];
  /** Of persons: further names are custom attributes, which are the account's own. */
  readonly hasAttributes?: boolean;
  /** Some clients send POST. */
  readonly isAlsoPosted?: boolean;
}

/** What later paths need of earlier answers. */
export interface Known {
  readonly personId?: string;
  readonly community?: string;
}

const person = [
  'id',
  'email',
  'first_name',
  'last_name',
  'external_id',
  'segment_code',
  'referred_by',
  'referral_code',
  'is_active',
  'is_subscribed',
  'unsubscribe_reason',
  'created',
  'updated',
  'last_newsbrief',
  'last_open',
  'last_click',
];
const article = ['id', 'title', 'description', 'url', 'created'];
const ofPerson = (part: string) => ({
  route: `GET /v1/persons/{id}${part}`,
  path: ({ personId }: Known) =>
    personId === undefined ? undefined : `/v1/persons/${encodeURIComponent(personId)}${part}`,
});
const at = (path: string) => ({ route: `GET ${path}`, path: () => path });

export const documentedV1: readonly DocumentedRead[] = [
  { ...at('/v1/communities'), items: 'wrapped', fields: ['id', 'name', 'identifier'] },
  {
    route: 'GET /v1/sections/{community}',
    path: ({ community }) =>
      community === undefined ? undefined : `/v1/sections/${encodeURIComponent(community)}`,
    items: 'wrapped',
    fields: ['id', 'name', 'category_type_id', 'category_type'],
  },
  { ...at('/v1/persons'), items: 'wrapped', fields: person, hasAttributes: true },
  { ...ofPerson(''), items: 'wrapped', fields: person, hasAttributes: true },
  { ...ofPerson('/attributes'), items: 'flat', fields: ['name', 'value', 'data_source_name', 'created'] },
  { ...ofPerson('/actions'), items: 'flat', fields: ['action_type', 'url', 'issue_date', 'action_time'] },
  { ...ofPerson('/topics'), items: 'flat', fields: ['topics'] },
  {
    ...ofPerson('/sends'),
    items: 'flat',
    fields: ['person_id', 'email', 'external_id', 'issue_id', 'send_at', 'status', 'created', 'updated'],
  },
  { ...at('/v1/persons/deleted'), items: 'wrapped', fields: ['id', 'archived_date'] },
  // Their fields are not documented: whatever comes is news.
  { ...at('/v1/posts'), items: 'wrapped', fields: [] },
  { ...at('/v1/content-pool'), items: 'wrapped', fields: [] },
  {
    ...at('/v1/analytics/activities'),
    items: 'flat',
    fields: ['timestamp', 'total_open', 'unique_open', 'total_click', 'unique_click'],
    isAlsoPosted: true,
  },
  {
    ...at('/v1/analytics/articles'),
    items: 'flat',
    fields: [
      ...article,
      'site_name',
      'image_url',
      'quality_score',
      'subscription_name',
      'category_name',
    ].concat(['total_clicks', 'unique_clicks', 'click_rate']),
    isAlsoPosted: true,
  },
  {
    ...at('/v1/analytics/images'),
    items: 'flat',
    fields: ['id', 'title', 'url', 'type', 'created', 'start_date', 'end_date'].concat([
      'total_clicks',
      'unique_clicks',
      'click_rate',
    ]),
    isAlsoPosted: true,
  },
  {
    ...at('/v1/analytics/topics'),
    items: 'flat',
    fields: ['topic_text', 'total_interactions', 'unique_users', 'engagement_rate'],
    isAlsoPosted: true,
  },
  {
    ...at('/v1/insights/actions'),
    items: 'wrapped',
    fields: ['id', 'person_id', 'external_id', 'email', 'type', 'created'],
    isAlsoPosted: true,
  },
  {
    ...at('/v1/insights/topics'),
    items: 'wrapped',
    fields: ['person_id', 'external_id', 'email', 'topics'],
    isAlsoPosted: true,
  },
];

export const documentedV2: readonly DocumentedRead[] = [
  {
    ...at('/v2/contacts'),
    items: 'flat',
    fields: ['id', 'email', 'first_name', 'last_name', 'source', 'can_email', 'created', 'updated'],
    hasAttributes: true,
  },
  {
    ...at('/v2/contacts/deleted'),
    items: 'flat',
    fields: ['id', 'email', 'newsletter_id', 'archived_date', 'is_archived'],
  },
  { ...at('/v2/lists'), items: 'flat', fields: ['id', 'name'] },
  {
    ...at('/v2/subscription-types'),
    items: 'flat',
    fields: ['id', 'name', 'account_id', 'created', 'updated', 'mappings'],
  },
  {
    ...at('/v2/messaging/newsletter'),
    items: 'flat',
    fields: [
      'id',
      'name',
      'description',
      'identifier',
      'created_at',
      'updated_at',
      'lists',
      'subscription_types',
    ],
  },
  { ...at('/v2/messaging/blast'), items: 'flat', fields: ['id', 'name'] },
  { ...at('/v2/messaging/sequence'), items: 'flat', fields: ['id', 'name'] },
];
