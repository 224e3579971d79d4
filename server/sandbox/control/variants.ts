interface Variant {
  /** The first is the default. */
  readonly values: readonly [string | number, ...(string | number)[]];
  readonly about: string;
}

/**
 * Every point where what is known of rasa.io allows more than one answer: sources differ, or none says. The
 * default is what its real clients expect. The documentation and the schema of the faults are made from this
 * table.
 */
export const variants = {
  errors: { values: ['string', 'array'], about: 'The type of `metadata.errors`.' },
  timestamp: { values: ['number', 'text'], about: 'The type of `metadata.timestamp`.' },
  requestEcho: {
    values: ['absent', 'present'],
    about: 'Whether the envelope has `request` and `event`, and `metadata` has `request`.',
  },
  totals: {
    values: ['exact', 'null', 'capped'],
    about: '`metadata.total_query_count`: exact, absent, or never more than 1,000.',
  },
  maxPage: { values: [50, 1000, 5000], about: 'The largest page of persons; a higher `limit` is cut to it.' },
  nextLink: {
    values: ['past-end', 'until-end', 'absent'],
    about: '`metadata.next_link`: also past the end, on full pages only, or never.',
  },
  pastEnd: {
    values: ['empty', 'first-page'],
    about: 'What a page past the end holds: nothing, or the first page again.',
  },
  readItems: {
    values: ['wrapped', 'flat'],
    about: 'Items of version 1 that are read: `{data, links}`, or the fields themselves.',
  },
  partItems: {
    values: ['flat', 'wrapped'],
    about: 'The same for attributes, actions, topics and sends of one person.',
  },
  v2Items: { values: ['flat', 'wrapped'], about: 'The same for version 2.' },
  writeItems: { values: ['flat', 'wrapped'], about: 'Items of an answer to a write.' },
  writeOrder: { values: ['same', 'reversed'], about: 'The order of the items of an answer to a write.' },
  writeCount: { values: ['complete', 'one-short'], about: 'Whether an answer to a write has every item.' },
  itemError: {
    values: ['error', 'errors', 'message', 'status_message'],
    about: 'The name of the error text of one item.',
  },
  flags: {
    values: ['number', 'boolean', 'text'],
    about: '`is_active` and `is_subscribed`: 1, `true` or `"1"`.',
  },
  dates: {
    values: ['sql', 'sql-fraction', 'us', 'date', 'iso', 'iso-seconds'],
    about:
      'Times: `2026-11-26 21:05:00`, with milliseconds, `11/26/2026 09:05:00 PM`, the date only, ISO 8601, and that without milliseconds. All in UTC.',
  },
  attributes: {
    values: ['list', 'object'],
    about: '`/v1/persons/{id}/attributes`: a list of `name` and `value`, or one `attributes` object.',
  },
  personTopics: {
    values: ['nested', 'flat'],
    about: '`/v1/persons/{id}/topics`: one item with a `topics` list, or an item for each topic.',
  },
  topicWeight: { values: ['weight', 'wight'], about: 'The name of the weight of a topic.' },
  actionType: { values: ['type', 'action_type'], about: 'The name of the type of an action.' },
  analyticsVerb: {
    values: ['both', 'get', 'post'],
    about: 'Which methods the analytics take; the other one is answered with 400.',
  },
  metricNames: {
    values: ['singular', 'plural', 'bare'],
    about: 'Names of figures: `total_open`, `total_opens` with rates, or `opens` for the totals only.',
  },
  metricPlace: {
    values: ['flat', 'data', 'metrics', 'totals', 'values'],
    about: 'Where in an item of the analytics its figures stand.',
  },
  timeField: { values: ['timestamp', 'bucket_start', 'date'], about: 'The name of the time of an activity.' },
  tokenName: {
    values: ['rasa-token', 'token', 'jwt', 'access_token'],
    about: 'The name of a new token of version 1.',
  },
  tokenPlace: {
    values: ['results', 'data', 'root'],
    about: '`results[0]`, its `data`, or the answer itself.',
  },
  tokenExpiration: {
    values: ['seconds', 'ms', 'left'],
    about: '`metadata.token_expiration`: seconds or milliseconds since 1970, or the seconds that are left.',
  },
  tokenExp: { values: ['present', 'absent'], about: 'Whether the JWT has the claim `exp`.' },
  v2Header: {
    values: ['rasa-token', 'bearer', 'either'],
    about: 'Where version 2 looks for the token: `rasa-token`, `Authorization: Bearer`, or both.',
  },
  omittedFields: {
    values: ['kept', 'cleared'],
    about: 'What a POST of a known person does to fields and attributes that it leaves out.',
  },
  archivedAgain: {
    values: ['returns', 'stays'],
    about: 'Whether an archived person that is posted again comes back.',
  },
  matchedBy: {
    values: ['external_id', 'email'],
    about: 'What finds a known person: `external_id` and then `email`, or `email` only.',
  },
} as const satisfies Readonly<Record<string, Variant>>;

export type VariantName = keyof typeof variants;

export type Variants = {
  readonly [Name in VariantName]: (typeof variants)[Name]['values'][number];
};

export const variantNames = Object.keys(variants) as readonly VariantName[];

/** All of them, with the default where nothing was chosen. */
export function completeVariants(chosen: Partial<Variants>): Variants {
  const defaults = Object.fromEntries(variantNames.map((name) => [name, variants[name].values[0]]));
  return { ...(defaults as Variants), ...chosen };
}
