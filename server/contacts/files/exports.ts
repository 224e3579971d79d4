/** The export of another service, told by the names of its columns. */
export interface KnownExport {
  readonly name: string;
  /** Whether it is one, by the keys of its columns, see `keyOf`. */
  readonly has: (keys: ReadonlySet<string>) => boolean;
  /** Columns that only this service calls so, by the field that they fill; they come before all others. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const all =
  (...names: readonly string[]) =>
  (keys: ReadonlySet<string>) =>
    names.every((name) => keys.has(name));
const any =
  (...names: readonly string[]) =>
  (keys: ReadonlySet<string>) =>
    names.some((name) => keys.has(name));
const both =
  (one: KnownExport['has'], other: KnownExport['has']): KnownExport['has'] =>
  (keys) =>
    one(keys) && other(keys);

/** In this order: the names of the first ones are the rarest. */
export const knownExports: readonly KnownExport[] = [
  {
    name: 'Mailchimp',
    has: both(
      all('emailaddress'),
      any('memberrating', 'leid', 'euid', 'optintime', 'unsubtime', 'cleantime'),
    ),
    fields: {},
  },
  {
    name: 'Substack',
    has: any('activesubscription', 'emaildisabled', 'emailsreceived6mo', 'stripeplan'),
    fields: {},
  },
  {
    name: 'Ghost',
    has: both(all('email', 'subscribedtoemails'), any('complimentaryplan', 'stripecustomerid', 'labels')),
    fields: {},
  },
  {
    name: 'Constant Contact',
    has: both(
      all('emailaddress'),
      any('emailstatus', 'emailpermissionstatus', 'emailupdatesource', 'emaillists', 'confirmedoptoutdate'),
    ),
    fields: {},
  },
  {
    name: 'HubSpot',
    has: both(
      all('email'),
      both(
        any('recordid', 'contactid'),
        any(
          'contactowner',
          'leadstatus',
          'lifecyclestage',
          'marketingcontactstatus',
          'unsubscribedfromallemail',
        ),
      ),
    ),
    fields: {},
  },
  {
    name: 'iMIS',
    has: both(any('imisid', 'imisnumber', 'id'), any('imisid', 'imisnumber', 'membertype', 'membertypecode')),
    fields: { external_id: ['imisid', 'imisnumber', 'id'] },
  },
  {
    name: 'YourMembership',
    has: any('websiteid', 'constituentid', 'apiguid', 'membertypecode', 'ymmemberid'),
    fields: { external_id: ['ymmemberid', 'constituentid', 'websiteid', 'apiguid'] },
  },
  {
    name: 'rasa.io',
    has: both(
      any('externalid', 'segmentcode', 'unsubscribereason'),
      any('issubscribed', 'subscribed', 'active'),
    ),
    fields: {},
  },
];
