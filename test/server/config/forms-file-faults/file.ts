import { gone, type Fault } from './fault.ts';

/** The file itself, the list of forms, and unknown members. */
export const file: readonly Fault[] = [
  ['', [], ['1:1: found [], wanted an object with $schema, forms.']],
  ['', 'text', ['1:1: found "text", wanted an object with $schema, forms.']],
  ['', 1, ['1:1: found 1, wanted an object with $schema, forms.']],
  ['', null, ['1:1: found null, wanted an object with $schema, forms.']],
  ['', true, ['1:1: found true, wanted an object with $schema, forms.']],
  ['', {}, ['1:1: forms: found nothing, wanted an object of forms by id.']],
  ['forms', gone, ['1:1: forms: found nothing, wanted an object of forms by id.']],
  ['forms', [], ['2:12: forms: found [], wanted an object of forms by id.']],
  ['forms', null, ['2:12: forms: found null, wanted an object of forms by id.']],
  ['forms', 'newsletter', ['2:12: forms: found "newsletter", wanted an object of forms by id.']],
  ['forms', 3, ['2:12: forms: found 3, wanted an object of forms by id.']],
  ['forms', {}, ['2:12: forms: found {}, wanted at least one form.']],
  [
    'forms',
    { '': { fields: ['email'] } },
    [
      '3:5: forms[""]: found "", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { 'bad id': { fields: ['email'] } },
    [
      '3:5: forms["bad id"]: found "bad id", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { '-a': { fields: ['email'] } },
    [
      '3:5: forms.-a: found "-a", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { ümlaut: { fields: ['email'] } },
    [
      '3:5: forms["ümlaut"]: found "ümlaut", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { '__proto__x/..': { fields: ['email'] } },
    [
      '3:5: forms["__proto__x/.."]: found "__proto__x/..", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { ['a'.repeat(65)]: { fields: ['email'] } },
    [
      '3:5: forms.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  [
    'forms',
    { events: null },
    [
      '3:15: forms.events: found null, wanted an object with title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms',
    { events: [] },
    [
      '3:15: forms.events: found [], wanted an object with title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms',
    { events: 'email' },
    [
      '3:15: forms.events: found "email", wanted an object with title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  ['forms', { events: {} }, ['3:15: forms.events.fields: found nothing, wanted a list of 1 to 50 fields.']],
  ['$schema', 1, ['80:14: $schema: found 1, wanted the address of this schema.']],
  ['$schema', null, ['80:14: $schema: found null, wanted the address of this schema.']],
  ['$schema', {}, ['80:14: $schema: found {}, wanted the address of this schema.']],
  ['form', {}, ['80:3: form: found an unknown member, wanted one of $schema, forms.']],
  ['version', 1, ['80:3: version: found an unknown member, wanted one of $schema, forms.']],
  [
    'forms.events.titel',
    'Events',
    [
      '78:7: forms.events.titel: found an unknown member, wanted one of title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.constructor',
    'x',
    [
      '78:7: forms.events.constructor: found an unknown member, wanted one of title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.id',
    'events',
    [
      '78:7: forms.events.id: found an unknown member, wanted one of title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.action',
    '/',
    [
      '78:7: forms.events.action: found an unknown member, wanted one of title, intro, languages, fields, brand, texts, account, segment_code, attributes, resubscribe, confirm, confirmed_at, consent_receipt, confirmMail, notify, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.fields',
    gone,
    ['8:15: forms.events.fields: found nothing, wanted a list of 1 to 50 fields.'],
  ],
  ['forms.events.fields', [], ['13:17: forms.events.fields: found [], wanted a list of 1 to 50 fields.']],
  [
    'forms.events.fields',
    'email',
    ['13:17: forms.events.fields: found "email", wanted a list of 1 to 50 fields.'],
  ],
  ['forms.events.fields', null, ['13:17: forms.events.fields: found null, wanted a list of 1 to 50 fields.']],
  ['forms.events.fields', {}, ['13:17: forms.events.fields: found {}, wanted a list of 1 to 50 fields.']],
  [
    'forms.events.fields',
    ['first_name'],
    [
      '13:17: forms.events.fields: found no field email, wanted "email" among the fields.',
      '19:22: forms.events.resubscribe: found "with-consent", wanted never, or a field of type checkbox that is required, for the consent.',
    ],
  ],
  [
    'forms.events.fields',
    ['email', 'email'],
    [
      '15:9: forms.events.fields[1]: found the name "email" a second time, wanted a different name for each field.',
      '20:22: forms.events.resubscribe: found "with-consent", wanted never, or a field of type checkbox that is required, for the consent.',
    ],
  ],
  [
    'forms.events.fields',
    ['emial'],
    [
      '14:9: forms.events.fields[0]: found "emial", wanted email, first_name, last_name, or an object with name, type and label.',
    ],
  ],
  [
    'forms.events.fields',
    [null],
    [
      '14:9: forms.events.fields[0]: found null, wanted email, first_name, last_name, or an object with name, type and label.',
    ],
  ],
  [
    'forms.events.fields',
    [1],
    [
      '14:9: forms.events.fields[0]: found 1, wanted email, first_name, last_name, or an object with name, type and label.',
    ],
  ],
  [
    'forms.events.fields',
    [[]],
    [
      '14:9: forms.events.fields[0]: found [], wanted email, first_name, last_name, or an object with name, type and label.',
    ],
  ],
  [
    'forms.events.fields',
    [{}],
    [
      '14:9: forms.events.fields[0].type: found nothing, wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields',
    ['email', { name: 'email' }],
    [
      '15:9: forms.events.fields[1]: found the name "email" a second time, wanted a different name for each field.',
      '22:22: forms.events.resubscribe: found "with-consent", wanted never, or a field of type checkbox that is required, for the consent.',
    ],
  ],
  [
    'forms.events.fields',
    Array<string>(51).fill('email'),
    [
      '13:17: forms.events.fields: found ["email","email","email","email","email","email","email","email","email","email"…, wanted a list of 1 to 50 fields.',
    ],
  ],
  [
    'forms.events.fields',
    [
      'email',
      { name: 't0', type: 'text', label: 'T', maxLength: 2000 },
      { name: 't1', type: 'text', label: 'T', maxLength: 2000 },
      { name: 't2', type: 'text', label: 'T', maxLength: 2000 },
      { name: 't3', type: 'text', label: 'T', maxLength: 2000 },
      { name: 't4', type: 'text', label: 'T', maxLength: 2000 },
    ],
    [
      '13:17: forms.events.fields: found fields of 10254 characters together, wanted at most 8192, so that they fit into one request (maxLength).',
      '49:22: forms.events.resubscribe: found "with-consent", wanted never, or a field of type checkbox that is required, for the consent.',
    ],
  ],
];
