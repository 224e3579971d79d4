import type { Fault } from './fault.ts';

/** What a form decides: attributes, rates, origins, where it leads. */
export const policies: readonly Fault[] = [
  [
    'forms.events.segment_code',
    '',
    ['78:23: forms.events.segment_code: found "", wanted text of 1 to 100 characters.'],
  ],
  [
    'forms.events.segment_code',
    1,
    ['78:23: forms.events.segment_code: found 1, wanted text of 1 to 100 characters.'],
  ],
  [
    'forms.events.segment_code',
    null,
    ['78:23: forms.events.segment_code: found null, wanted text of 1 to 100 characters.'],
  ],
  [
    'forms.events.segment_code',
    'a'.repeat(101),
    [
      '78:23: forms.events.segment_code: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…, wanted text of 1 to 100 characters.',
    ],
  ],
  [
    'forms.events.attributes',
    [],
    ['64:21: forms.events.attributes: found [], wanted an object of texts by attribute.'],
  ],
  [
    'forms.events.attributes',
    'x',
    ['64:21: forms.events.attributes: found "x", wanted an object of texts by attribute.'],
  ],
  [
    'forms.events.attributes',
    { source: 1 },
    ['65:19: forms.events.attributes.source: found 1, wanted text of 1 to 500 characters.'],
  ],
  [
    'forms.events.attributes',
    { source: '' },
    ['65:19: forms.events.attributes.source: found "", wanted text of 1 to 500 characters.'],
  ],
  [
    'forms.events.attributes',
    { email: 'a@example.com' },
    [
      '14:9: forms.events.fields[0]: found the attribute "email" a second time, wanted each attribute filled once.',
      '65:9: forms.events.attributes.email: found "email", wanted attributes other than the address.',
    ],
  ],
  [
    'forms.events.attributes',
    { is_subscribed: 'true' },
    [
      '65:9: forms.events.attributes.is_subscribed: found "is_subscribed", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.attributes',
    { '': 'x' },
    [
      '65:9: forms.events.attributes[""]: found "", wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.attributes',
    { company: 'x' },
    [
      '19:9: forms.events.fields[2]: found the attribute "company" a second time, wanted each attribute filled once.',
    ],
  ],
  [
    'forms.events.attributes',
    { external_id: '1' },
    [
      '65:9: forms.events.attributes.external_id: found "external_id", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.attributes',
    { source: null },
    ['65:19: forms.events.attributes.source: found null, wanted text of 1 to 500 characters.'],
  ],
  [
    'forms.events.resubscribe',
    'always',
    [
      '67:22: forms.events.resubscribe: found "always", wanted never or with-consent, or an object with these by unsubscribed, bounced, complained, archived.',
    ],
  ],
  [
    'forms.events.resubscribe',
    true,
    [
      '67:22: forms.events.resubscribe: found true, wanted never or with-consent, or an object with these by unsubscribed, bounced, complained, archived.',
    ],
  ],
  [
    'forms.events.resubscribe',
    'with_consent',
    [
      '67:22: forms.events.resubscribe: found "with_consent", wanted never or with-consent, or an object with these by unsubscribed, bounced, complained, archived.',
    ],
  ],
  [
    'forms.events.resubscribe',
    { archived: 'always' },
    ['68:21: forms.events.resubscribe.archived: found "always", wanted never or with-consent.'],
  ],
  [
    'forms.events.resubscribe',
    { gone: 'never' },
    [
      '68:9: forms.events.resubscribe.gone: found an unknown member, wanted one of unsubscribed, bounced, complained, archived.',
    ],
  ],
  [
    'forms.newsletter.resubscribe',
    'with-consent',
    [
      '7:22: forms.newsletter.resubscribe: found "with-consent", wanted never, or a field of type checkbox that is required, for the consent.',
    ],
  ],
  [
    'forms.events.redirect',
    '/thanks',
    [
      '68:19: forms.events.redirect: found "/thanks", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.redirect',
    'https://evil.example/',
    [
      '68:19: forms.events.redirect: found "https://evil.example/", wanted an address on the list in the form’s thankYouPages or in THANK_YOU_PAGES.',
    ],
  ],
  [
    'forms.events.redirect',
    'javascript:alert(1)',
    [
      '68:19: forms.events.redirect: found "javascript:alert(1)", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.redirect',
    1,
    ['68:19: forms.events.redirect: found 1, wanted an address that begins with https:// or http://.'],
  ],
  [
    'forms.events.redirect',
    'https://www.example.com/thanksgiving',
    [
      '68:19: forms.events.redirect: found "https://www.example.com/thanksgiving", wanted an address on the list in the form’s thankYouPages or in THANK_YOU_PAGES.',
    ],
  ],
  [
    'forms.events.redirect',
    'http://www.example.com/thanks',
    [
      '68:19: forms.events.redirect: found "http://www.example.com/thanks", wanted an address on the list in the form’s thankYouPages or in THANK_YOU_PAGES.',
    ],
  ],
  [
    'forms.events.thankYouPages',
    'https://www.example.com/thanks',
    [
      '69:24: forms.events.thankYouPages: found "https://www.example.com/thanks", wanted a list of addresses.',
    ],
  ],
  [
    'forms.events.thankYouPages',
    ['/thanks'],
    [
      '70:9: forms.events.thankYouPages[0]: found "/thanks", wanted an address such as https://www.example.com/thanks, without query.',
    ],
  ],
  [
    'forms.events.thankYouPages',
    ['https://www.example.com/?q'],
    [
      '70:9: forms.events.thankYouPages[0]: found "https://www.example.com/?q", wanted an address such as https://www.example.com/thanks, without query.',
    ],
  ],
  [
    'forms.events.thankYouPages',
    [1],
    [
      '70:9: forms.events.thankYouPages[0]: found 1, wanted an address such as https://www.example.com/thanks, without query.',
    ],
  ],
  [
    'forms.events.thankYouPages',
    ['ftp://www.example.com/'],
    [
      '70:9: forms.events.thankYouPages[0]: found "ftp://www.example.com/", wanted an address such as https://www.example.com/thanks, without query.',
    ],
  ],
  [
    'forms.events.origins',
    'https://www.example.com',
    ['72:18: forms.events.origins: found "https://www.example.com", wanted a list of origins.'],
  ],
  [
    'forms.events.origins',
    ['www.example.com'],
    [
      '73:9: forms.events.origins[0]: found "www.example.com", wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.origins',
    ['https://www.example.com/page'],
    [
      '73:9: forms.events.origins[0]: found "https://www.example.com/page", wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.origins',
    ['*'],
    [
      '73:9: forms.events.origins[0]: found "*", wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.origins',
    ['https://*.example.com'],
    [
      '73:9: forms.events.origins[0]: found "https://*.example.com", wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.origins',
    [null],
    [
      '73:9: forms.events.origins[0]: found null, wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.origins',
    ['https://user@www.example.com'],
    [
      '73:9: forms.events.origins[0]: found "https://user@www.example.com", wanted an origin such as https://www.example.com, without a path.',
    ],
  ],
  [
    'forms.events.rates',
    '3/1m',
    ['75:16: forms.events.rates: found "3/1m", wanted an object with form, network, address.'],
  ],
  [
    'forms.events.rates',
    { form: '3' },
    [
      '76:17: forms.events.rates.form: found "3", wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
  [
    'forms.events.rates',
    { form: '0/1m' },
    [
      '76:17: forms.events.rates.form: found "0/1m", wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
  [
    'forms.events.rates',
    { form: '3/1w' },
    [
      '76:17: forms.events.rates.form: found "3/1w", wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
  [
    'forms.events.rates',
    { form: 3 },
    [
      '76:17: forms.events.rates.form: found 3, wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
  [
    'forms.events.rates',
    { service: '3/1m' },
    ['76:9: forms.events.rates.service: found an unknown member, wanted one of form, network, address.'],
  ],
  [
    'forms.events.rates',
    { network: '1/99999d' },
    [
      '76:20: forms.events.rates.network: found "1/99999d", wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
  [
    'forms.events.rates',
    { address: '' },
    [
      '76:20: forms.events.rates.address: found "", wanted a number and a time such as 300/1m (s, m, h or d), or off.',
    ],
  ],
];
