/** A member with this value is removed. */
export const gone = undefined;

type Fault = readonly [path: string, value: unknown, says: readonly string[]];

/**
 * The value put at a path of the file in `test/helpers/forms/forms-file.ts`, and the faults reported for it,
 * without the file's name.
 */
export const faultyMembers: readonly Fault[] = [
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
      '3:15: forms.events: found null, wanted an object with title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms',
    { events: [] },
    [
      '3:15: forms.events: found [], wanted an object with title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms',
    { events: 'email' },
    [
      '3:15: forms.events: found "email", wanted an object with title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  ['forms', { events: {} }, ['3:15: forms.events.fields: found nothing, wanted a list of 1 to 50 fields.']],
  ['$schema', 1, ['80:14: $schema: found 1, wanted the address of this schema.']],
  ['$schema', null, ['80:14: $schema: found null, wanted the address of this schema.']],
  ['$schema', {}, ['80:14: $schema: found {}, wanted the address of this schema.']],
  ['form', {}, ['80:3: form: found an unknown member, wanted one of $schema, forms.']],
  ['version', 1, ['80:3: version: found an unknown member, wanted one of $schema, forms.']],
  [
    'forms.events.title',
    1,
    [
      '9:16: forms.events.title: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  ['forms.events.title', '', ['9:16: forms.events.title: found "", wanted text of 1 to 5000 characters.']],
  [
    'forms.events.title',
    '   ',
    ['9:16: forms.events.title: found "   ", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.title',
    [],
    [
      '9:16: forms.events.title: found [], wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  ['forms.events.title', {}, ['9:16: forms.events.title: found {}, wanted a text in at least one language.']],
  [
    'forms.events.title',
    { xx: 'Events' },
    [
      '10:9: forms.events.title.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.title',
    { en: '' },
    ['10:15: forms.events.title.en: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.title',
    { en: 1 },
    ['10:15: forms.events.title.en: found 1, wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.intro',
    1,
    [
      '78:16: forms.events.intro: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  ['forms.events.intro', '', ['78:16: forms.events.intro: found "", wanted text of 1 to 5000 characters.']],
  [
    'forms.events.intro',
    '   ',
    ['78:16: forms.events.intro: found "   ", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.intro',
    [],
    [
      '78:16: forms.events.intro: found [], wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.intro',
    {},
    ['78:16: forms.events.intro: found {}, wanted a text in at least one language.'],
  ],
  [
    'forms.events.intro',
    { xx: 'Events' },
    [
      '79:9: forms.events.intro.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.intro',
    { en: '' },
    ['79:15: forms.events.intro.en: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.intro',
    { en: 1 },
    ['79:15: forms.events.intro.en: found 1, wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].label',
    1,
    [
      '28:20: forms.events.fields[3].label: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].label',
    '',
    ['28:20: forms.events.fields[3].label: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].label',
    '   ',
    ['28:20: forms.events.fields[3].label: found "   ", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].label',
    [],
    [
      '28:20: forms.events.fields[3].label: found [], wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].label',
    {},
    ['28:20: forms.events.fields[3].label: found {}, wanted a text in at least one language.'],
  ],
  [
    'forms.events.fields[3].label',
    { xx: 'Events' },
    [
      '29:13: forms.events.fields[3].label.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.fields[3].label',
    { en: '' },
    ['29:19: forms.events.fields[3].label.en: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].label',
    { en: 1 },
    ['29:19: forms.events.fields[3].label.en: found 1, wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].help',
    1,
    [
      '36:19: forms.events.fields[3].help: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].help',
    '',
    ['36:19: forms.events.fields[3].help: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].help',
    '   ',
    ['36:19: forms.events.fields[3].help: found "   ", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].help',
    [],
    [
      '36:19: forms.events.fields[3].help: found [], wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].help',
    {},
    ['36:19: forms.events.fields[3].help: found {}, wanted a text in at least one language.'],
  ],
  [
    'forms.events.fields[3].help',
    { xx: 'Events' },
    [
      '37:13: forms.events.fields[3].help.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.fields[3].help',
    { en: '' },
    ['37:19: forms.events.fields[3].help.en: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[3].help',
    { en: 1 },
    ['37:19: forms.events.fields[3].help.en: found 1, wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[2].placeholder',
    1,
    [
      '24:26: forms.events.fields[2].placeholder: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[2].placeholder',
    '',
    ['24:26: forms.events.fields[2].placeholder: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[2].placeholder',
    '   ',
    ['24:26: forms.events.fields[2].placeholder: found "   ", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[2].placeholder',
    [],
    [
      '24:26: forms.events.fields[2].placeholder: found [], wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[2].placeholder',
    {},
    ['24:26: forms.events.fields[2].placeholder: found {}, wanted a text in at least one language.'],
  ],
  [
    'forms.events.fields[2].placeholder',
    { xx: 'Events' },
    [
      '25:13: forms.events.fields[2].placeholder.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.fields[2].placeholder',
    { en: '' },
    ['25:19: forms.events.fields[2].placeholder.en: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[2].placeholder',
    { en: 1 },
    ['25:19: forms.events.fields[2].placeholder.en: found 1, wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.title',
    'a'.repeat(5001),
    [
      '9:16: forms.events.title: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…, wanted text of 1 to 5000 characters.',
    ],
  ],
  [
    'forms.events.title',
    null,
    [
      '9:16: forms.events.title: found null, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.title',
    { en: 'Events', 'en-GB': 'Events' },
    [
      '11:9: forms.events.title.en-GB: found "en-GB", which is "en" a second time, wanted each language once.',
    ],
  ],
  [
    'forms.events.title',
    { '': 'Events' },
    [
      '10:9: forms.events.title[""]: found "", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.title',
    { EN: 'Events', en: 'Events' },
    ['11:9: forms.events.title.en: found "en", which is "en" a second time, wanted each language once.'],
  ],
  [
    'forms.events.fields[3].label',
    gone,
    [
      '25:9: forms.events.fields[3].label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].label',
    null,
    [
      '28:20: forms.events.fields[3].label: found null, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.titel',
    'Events',
    [
      '78:7: forms.events.titel: found an unknown member, wanted one of title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.constructor',
    'x',
    [
      '78:7: forms.events.constructor: found an unknown member, wanted one of title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.id',
    'events',
    [
      '78:7: forms.events.id: found an unknown member, wanted one of title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.action',
    '/',
    [
      '78:7: forms.events.action: found an unknown member, wanted one of title, intro, languages, fields, texts, segment_code, attributes, resubscribe, redirect, thankYouPages, origins, rates.',
    ],
  ],
  [
    'forms.events.languages',
    'en',
    [
      '78:20: forms.events.languages: found "en", wanted a list of languages: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    [],
    [
      '78:20: forms.events.languages: found [], wanted a list of languages: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    ['xx'],
    [
      '79:9: forms.events.languages[0]: found "xx", wanted one of en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    ['en', 'xx'],
    [
      '80:9: forms.events.languages[1]: found "xx", wanted one of en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    [1],
    [
      '79:9: forms.events.languages[0]: found 1, wanted one of en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    ['en', 'en'],
    [
      '11:9: forms.events.title.de: found "de", wanted one of the form’s languages: en, en.',
      '80:9: forms.events.languages[1]: found "en", wanted each language once.',
    ],
  ],
  [
    'forms.events.languages',
    ['pt', 'pt-BR'],
    [
      '10:9: forms.events.title.en: found "en", wanted one of the form’s languages: pt, pt-BR.',
      '11:9: forms.events.title.de: found "de", wanted one of the form’s languages: pt, pt-BR.',
      '80:9: forms.events.languages[1]: found "pt-BR", wanted each language once.',
    ],
  ],
  [
    'forms.events.languages',
    null,
    [
      '78:20: forms.events.languages: found null, wanted a list of languages: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    { en: true },
    [
      '78:20: forms.events.languages: found {"en":true}, wanted a list of languages: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.languages',
    ['fr'],
    [
      '10:9: forms.events.title.en: found "en", wanted one of the form’s languages: fr.',
      '11:9: forms.events.title.de: found "de", wanted one of the form’s languages: fr.',
    ],
  ],
  [
    'forms.events.languages',
    ['en'],
    ['11:9: forms.events.title.de: found "de", wanted one of the form’s languages: en.'],
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
      '14:9: forms.events.fields[0].type: found nothing, wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
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
    'forms.events.fields[3].type',
    'slect',
    [
      '27:19: forms.events.fields[3].type: found "slect", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'textarea',
    [
      '27:19: forms.events.fields[3].type: found "textarea", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'file',
    [
      '27:19: forms.events.fields[3].type: found "file", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'password',
    [
      '27:19: forms.events.fields[3].type: found "password", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'submit',
    [
      '27:19: forms.events.fields[3].type: found "submit", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    1,
    [
      '27:19: forms.events.fields[3].type: found 1, wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    null,
    [
      '27:19: forms.events.fields[3].type: found null, wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    gone,
    [
      '25:9: forms.events.fields[3].type: found nothing, wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'hidden',
    [
      '25:9: forms.events.fields[3].from: found nothing, wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
      '28:11: forms.events.fields[3].label: found an unknown member, wanted one of name, type, from, attribute, maxLength.',
      '29:11: forms.events.fields[3].options: found an unknown member, wanted one of name, type, from, attribute, maxLength.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'email ',
    [
      '27:19: forms.events.fields[3].type: found "email ", wanted one of text, email, tel, url, number, date, select, radio, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    gone,
    [
      '25:9: forms.events.fields[3].name: found nothing, wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    '',
    [
      '26:19: forms.events.fields[3].name: found "", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'e mail',
    [
      '26:19: forms.events.fields[3].name: found "e mail", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    '1st',
    [
      '26:19: forms.events.fields[3].name: found "1st", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'id',
    [
      '26:19: forms.events.fields[3].name: found "id", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'page',
    [
      '26:19: forms.events.fields[3].name: found "page", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'proof',
    [
      '26:19: forms.events.fields[3].name: found "proof", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'your_message',
    [
      '26:19: forms.events.fields[3].name: found "your_message", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'token',
    [
      '26:19: forms.events.fields[3].name: found "token", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'redirect',
    [
      '26:19: forms.events.fields[3].name: found "redirect", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'toString',
    [
      '26:19: forms.events.fields[3].name: found "toString", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'constructor',
    [
      '26:19: forms.events.fields[3].name: found "constructor", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'a-b',
    [
      '26:19: forms.events.fields[3].name: found "a-b", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'a.b',
    [
      '26:19: forms.events.fields[3].name: found "a.b", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'ö',
    [
      '26:19: forms.events.fields[3].name: found "ö", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'a'.repeat(65),
    [
      '26:19: forms.events.fields[3].name: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    7,
    [
      '26:19: forms.events.fields[3].name: found 7, wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    null,
    [
      '26:19: forms.events.fields[3].name: found null, wanted a name of letters, digits and _ that begins with a letter, none of id, page, proof, your_message, token, redirect.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'company',
    [
      '25:9: forms.events.fields[3]: found the name "company" a second time, wanted a different name for each field.',
    ],
  ],
  [
    'forms.events.fields[3].name',
    'email',
    [
      '25:9: forms.events.fields[3]: found the name "email" a second time, wanted a different name for each field.',
    ],
  ],
  [
    'forms.events.fields[3].required',
    'yes',
    ['36:23: forms.events.fields[3].required: found "yes", wanted true or false.'],
  ],
  [
    'forms.events.fields[3].required',
    1,
    ['36:23: forms.events.fields[3].required: found 1, wanted true or false.'],
  ],
  [
    'forms.events.fields[3].required',
    null,
    ['36:23: forms.events.fields[3].required: found null, wanted true or false.'],
  ],
  [
    'forms.events.fields[3].atribute',
    'x',
    [
      '36:11: forms.events.fields[3].atribute: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
    ],
  ],
  [
    'forms.events.fields[3].value',
    'x',
    [
      '36:11: forms.events.fields[3].value: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
    ],
  ],
  [
    'forms.events.fields[3].checked',
    true,
    [
      '36:11: forms.events.fields[3].checked: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
    ],
  ],
  [
    'forms.events.fields[3].maxLength',
    5,
    [
      '36:11: forms.events.fields[3].maxLength: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    '',
    [
      '36:24: forms.events.fields[3].attribute: found "", wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    1,
    [
      '36:24: forms.events.fields[3].attribute: found 1, wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'id',
    [
      '36:24: forms.events.fields[3].attribute: found "id", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'external_id',
    [
      '36:24: forms.events.fields[3].attribute: found "external_id", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'is_subscribed',
    [
      '36:24: forms.events.fields[3].attribute: found "is_subscribed", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'Is_Active',
    [
      '36:24: forms.events.fields[3].attribute: found "Is_Active", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'disposable',
    [
      '36:24: forms.events.fields[3].attribute: found "disposable", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    '_x',
    [
      '36:24: forms.events.fields[3].attribute: found "_x", wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'a/b',
    [
      '36:24: forms.events.fields[3].attribute: found "a/b", wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    '__proto__',
    [
      '36:24: forms.events.fields[3].attribute: found "__proto__", wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
      '36:24: forms.events.fields[3].attribute: found "__proto__", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'constructor',
    [
      '36:24: forms.events.fields[3].attribute: found "constructor", wanted an attribute that is not reserved by rasa.io or the proxy.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'a'.repeat(101),
    [
      '36:24: forms.events.fields[3].attribute: found "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…, wanted a name of 1 to 100 letters, digits, spaces, _, - and . that begins with a letter or digit.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'company',
    [
      '25:9: forms.events.fields[3]: found the attribute "company" a second time, wanted each attribute filled once.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'email',
    [
      '25:9: forms.events.fields[3]: found the attribute "email", wanted another attribute: the address is what the field email asks for.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'first_name',
    [
      '25:9: forms.events.fields[3]: found the attribute "first_name" a second time, wanted each attribute filled once.',
    ],
  ],
  [
    'forms.events.fields[3].attribute',
    'source',
    [
      '25:9: forms.events.fields[3]: found the attribute "source" a second time, wanted each attribute filled once.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    gone,
    ['25:9: forms.events.fields[3].options: found nothing, wanted a list of 1 to 500 options.'],
  ],
  [
    'forms.events.fields[3].options',
    [],
    ['29:22: forms.events.fields[3].options: found [], wanted a list of 1 to 500 options.'],
  ],
  [
    'forms.events.fields[3].options',
    'a',
    ['29:22: forms.events.fields[3].options: found "a", wanted a list of 1 to 500 options.'],
  ],
  [
    'forms.events.fields[3].options',
    null,
    ['29:22: forms.events.fields[3].options: found null, wanted a list of 1 to 500 options.'],
  ],
  [
    'forms.events.fields[3].options',
    [1],
    [
      '30:13: forms.events.fields[3].options[0]: found 1, wanted text of 1 to 200 characters, or an object with value and label.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    [''],
    [
      '30:13: forms.events.fields[3].options[0]: found "", wanted text of 1 to 200 characters, or an object with value and label.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    ['a', 'a'],
    [
      '31:13: forms.events.fields[3].options[1]: found the value "a" a second time, wanted a different value for each option.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    [{}],
    [
      '30:13: forms.events.fields[3].options[0].value: found nothing, wanted text of 1 to 200 characters.',
      '30:13: forms.events.fields[3].options[0].label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    [{ value: 'a' }],
    [
      '30:13: forms.events.fields[3].options[0].label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    [{ label: 'A' }],
    ['30:13: forms.events.fields[3].options[0].value: found nothing, wanted text of 1 to 200 characters.'],
  ],
  [
    'forms.events.fields[3].options',
    [{ value: 'a', label: 'A', selected: true }],
    [
      '33:15: forms.events.fields[3].options[0].selected: found an unknown member, wanted one of value, label.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    ['a', { value: 'a', label: 'A' }],
    [
      '31:13: forms.events.fields[3].options[1]: found the value "a" a second time, wanted a different value for each option.',
    ],
  ],
  [
    'forms.events.fields[3].options',
    Array.from({ length: 501 }, (_, index) => `o${index}`),
    [
      '29:22: forms.events.fields[3].options: found ["o0","o1","o2","o3","o4","o5","o6","o7","o8","o9","o10","o11","o12","o13","o14"…, wanted a list of 1 to 500 options.',
    ],
  ],
  [
    'forms.events.fields[3].issues',
    'x',
    [
      '36:21: forms.events.fields[3].issues: found "x", wanted an object with missing, malformed, too_long, unknown, disposable, not_ascii.',
    ],
  ],
  [
    'forms.events.fields[3].issues',
    { missing: 1 },
    [
      '37:24: forms.events.fields[3].issues.missing: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[3].issues',
    { wrong: 'x' },
    [
      '37:13: forms.events.fields[3].issues.wrong: found an unknown member, wanted one of missing, malformed, too_long, unknown, disposable, not_ascii.',
    ],
  ],
  [
    'forms.events.fields[3].issues',
    { malformed: '' },
    ['37:26: forms.events.fields[3].issues.malformed: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    0,
    ['24:24: forms.events.fields[2].maxLength: found 0, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    -1,
    ['24:24: forms.events.fields[2].maxLength: found -1, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    1.5,
    ['24:24: forms.events.fields[2].maxLength: found 1.5, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    '20',
    ['24:24: forms.events.fields[2].maxLength: found "20", wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    2001,
    ['24:24: forms.events.fields[2].maxLength: found 2001, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].maxLength',
    null,
    ['24:24: forms.events.fields[2].maxLength: found null, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2].pattern',
    '',
    ['23:22: forms.events.fields[2].pattern: found "", wanted a regular expression of 1 to 500 characters.'],
  ],
  [
    'forms.events.fields[2].pattern',
    '(',
    [
      '23:22: forms.events.fields[2].pattern: found "(", wanted a regular expression with the flag v (Unterminated group).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '[a-z',
    [
      '23:22: forms.events.fields[2].pattern: found "[a-z", wanted a regular expression with the flag v (Invalid character in character class).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '(a+)+(?=b)',
    [
      '23:22: forms.events.fields[2].pattern: found "(a+)+(?=b)", wanted a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}.',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '(a)\\1',
    [
      '23:22: forms.events.fields[2].pattern: found "(a)\\\\1", wanted a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}.',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    'a{1001}',
    [
      '23:22: forms.events.fields[2].pattern: found "a{1001}", wanted a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}.',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '\\p{Script=Greek}',
    [
      '23:22: forms.events.fields[2].pattern: found "\\\\p{Script=Greek}", wanted a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}.',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '[[a-z]--[aeiou]]',
    [
      '23:22: forms.events.fields[2].pattern: found "[[a-z]--[aeiou]]", wanted a pattern without nested sets ([[…]], --, &&, \\q{…}).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '[a-z&&[aeiou]]',
    [
      '23:22: forms.events.fields[2].pattern: found "[a-z&&[aeiou]]", wanted a regular expression with the flag v (Invalid set operation in character class).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    1,
    ['23:22: forms.events.fields[2].pattern: found 1, wanted a regular expression of 1 to 500 characters.'],
  ],
  [
    'forms.events.fields[2].pattern',
    '*',
    [
      '23:22: forms.events.fields[2].pattern: found "*", wanted a regular expression with the flag v (Nothing to repeat).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    'a**',
    [
      '23:22: forms.events.fields[2].pattern: found "a**", wanted a regular expression with the flag v (Nothing to repeat).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '\\',
    [
      '23:22: forms.events.fields[2].pattern: found "\\\\", wanted a regular expression with the flag v (Unterminated group).',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '(?<=a)b',
    [
      '23:22: forms.events.fields[2].pattern: found "(?<=a)b", wanted a pattern that takes time in proportion to the text: no lookaround ((?=…)), no back reference (\\1), no repetition above {1000}, no \\p{Name=Value}.',
    ],
  ],
  [
    'forms.events.fields[2].pattern',
    '[(]',
    [
      '23:22: forms.events.fields[2].pattern: found "[(]", wanted a regular expression with the flag v (Invalid character in character class).',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    'email address',
    [
      '24:27: forms.events.fields[2].autocomplete: found "email address", wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    'cc-number',
    [
      '24:27: forms.events.fields[2].autocomplete: found "cc-number", wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    'current-password',
    [
      '24:27: forms.events.fields[2].autocomplete: found "current-password", wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    '',
    [
      '24:27: forms.events.fields[2].autocomplete: found "", wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    1,
    [
      '24:27: forms.events.fields[2].autocomplete: found 1, wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  [
    'forms.events.fields[2].autocomplete',
    'given_name',
    [
      '24:27: forms.events.fields[2].autocomplete: found "given_name", wanted one of off, on, name, honorific-prefix, given-name, additional-name, family-name, honorific-suffix, nickname, organization-title, organization, street-address, address-line1, address-line2, address-level1, address-level2, country, country-name, postal-code, language, bday, bday-day, bday-month, bday-year, sex, url, tel, tel-national, email, impp.',
    ],
  ],
  ['forms.events.fields[4].min', '1', ['41:18: forms.events.fields[4].min: found "1", wanted a number.']],
  [
    'forms.events.fields[4].min',
    11,
    ['42:18: forms.events.fields[4].max: found 10, wanted 11, which is its min, or more.'],
  ],
  ['forms.events.fields[4].min', null, ['41:18: forms.events.fields[4].min: found null, wanted a number.']],
  ['forms.events.fields[4].max', '9', ['42:18: forms.events.fields[4].max: found "9", wanted a number.']],
  [
    'forms.events.fields[4].max',
    -1,
    ['42:18: forms.events.fields[4].max: found -1, wanted 0, which is its min, or more.'],
  ],
  ['forms.events.fields[4].max', true, ['42:18: forms.events.fields[4].max: found true, wanted a number.']],
  [
    'forms.events.fields[4].pattern',
    'x',
    [
      '43:11: forms.events.fields[4].pattern: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, placeholder, maxLength, autocomplete, min, max.',
    ],
  ],
  [
    'forms.events.fields[4].step',
    1,
    [
      '43:11: forms.events.fields[4].step: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, placeholder, maxLength, autocomplete, min, max.',
    ],
  ],
  [
    'forms.events.fields[5].min',
    'today',
    ['48:18: forms.events.fields[5].min: found "today", wanted a date such as 2026-05-31.'],
  ],
  [
    'forms.events.fields[5].min',
    '2026-02-30',
    ['48:18: forms.events.fields[5].min: found "2026-02-30", wanted a date such as 2026-05-31.'],
  ],
  [
    'forms.events.fields[5].min',
    20260101,
    ['48:18: forms.events.fields[5].min: found 20260101, wanted a date such as 2026-05-31.'],
  ],
  [
    'forms.events.fields[5].min',
    '31.05.2026',
    ['48:18: forms.events.fields[5].min: found "31.05.2026", wanted a date such as 2026-05-31.'],
  ],
  [
    'forms.events.fields[5].min',
    '2027-01-01',
    [
      '49:18: forms.events.fields[5].max: found "2026-12-31", wanted "2027-01-01", which is its min, or more.',
    ],
  ],
  [
    'forms.events.fields[5].max',
    '2025-13-01',
    ['49:18: forms.events.fields[5].max: found "2025-13-01", wanted a date such as 2026-05-31.'],
  ],
  [
    'forms.events.fields[5].max',
    '1999-01-01',
    [
      '49:18: forms.events.fields[5].max: found "1999-01-01", wanted "2026-01-01", which is its min, or more.',
    ],
  ],
  [
    'forms.events.fields[5].maxLength',
    10,
    [
      '50:11: forms.events.fields[5].maxLength: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, autocomplete, min, max.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    'https://www.example.com/privacy',
    [
      '57:19: forms.events.fields[6].link: found "https://www.example.com/privacy", wanted an object with href, label.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    {},
    [
      '57:19: forms.events.fields[6].link.href: found nothing, wanted an address that begins with https:// or http://, or an object with one for each language.',
      '57:19: forms.events.fields[6].link.label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: '/privacy', label: 'Privacy' },
    [
      '58:21: forms.events.fields[6].link.href: found "/privacy", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: 'javascript:alert(1)', label: 'x' },
    [
      '58:21: forms.events.fields[6].link.href: found "javascript:alert(1)", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: 'data:text/html,x', label: 'x' },
    [
      '58:21: forms.events.fields[6].link.href: found "data:text/html,x", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: 'https://', label: 'x' },
    [
      '58:21: forms.events.fields[6].link.href: found "https://", wanted an address that begins with https:// or http://.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: 'https://www.example.com' },
    [
      '57:19: forms.events.fields[6].link.label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[6].link',
    { href: 'https://www.example.com', label: 'x', target: '_blank' },
    ['60:13: forms.events.fields[6].link.target: found an unknown member, wanted one of href, label.'],
  ],
  [
    'forms.events.fields[6].link',
    { href: { xx: 'https://www.example.com' }, label: 'x' },
    [
      '59:15: forms.events.fields[6].link.href.xx: found "xx", wanted one of en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
  [
    'forms.events.fields[6].value',
    '',
    ['56:20: forms.events.fields[6].value: found "", wanted text of 1 to 500 characters.'],
  ],
  [
    'forms.events.fields[6].value',
    1,
    ['56:20: forms.events.fields[6].value: found 1, wanted text of 1 to 500 characters.'],
  ],
  [
    'forms.events.fields[6].value',
    'on {date}',
    [
      '56:20: forms.events.fields[6].value: found "on {date}", wanted text with no other placeholder than {time}.',
    ],
  ],
  [
    'forms.events.fields[6].value',
    '{name}',
    [
      '56:20: forms.events.fields[6].value: found "{name}", wanted text with no other placeholder than {time}.',
    ],
  ],
  [
    'forms.events.fields[6].checked',
    true,
    [
      '57:11: forms.events.fields[6].checked: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, link, value.',
    ],
  ],
  [
    'forms.events.fields[6].placeholder',
    'x',
    [
      '57:11: forms.events.fields[6].placeholder: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, link, value.',
    ],
  ],
  [
    'forms.events.fields[6].label',
    gone,
    [
      '51:9: forms.events.fields[6].label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    gone,
    [
      '58:9: forms.events.fields[7].from: found nothing, wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    '',
    [
      '61:19: forms.events.fields[7].from: found "", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    'query',
    [
      '61:19: forms.events.fields[7].from: found "query", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    'utm_source',
    [
      '61:19: forms.events.fields[7].from: found "utm_source", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    '?',
    [
      '61:19: forms.events.fields[7].from: found "?", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    '?a b',
    [
      '61:19: forms.events.fields[7].from: found "?a b", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    'cookie',
    [
      '61:19: forms.events.fields[7].from: found "cookie", wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].from',
    1,
    [
      '61:19: forms.events.fields[7].from: found 1, wanted page, referrer, or a parameter of the page’s query such as ?utm_source.',
    ],
  ],
  [
    'forms.events.fields[7].label',
    'x',
    [
      '62:11: forms.events.fields[7].label: found an unknown member, wanted one of name, type, from, attribute, maxLength.',
    ],
  ],
  [
    'forms.events.fields[7].required',
    true,
    [
      '62:11: forms.events.fields[7].required: found an unknown member, wanted one of name, type, from, attribute, maxLength.',
    ],
  ],
  [
    'forms.events.fields[7].maxLength',
    2001,
    ['62:24: forms.events.fields[7].maxLength: found 2001, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[0]',
    { name: 'email', required: false },
    [
      '16:23: forms.events.fields[0].required: found false, wanted true, or nothing, since a sign-up needs an address.',
    ],
  ],
  [
    'forms.events.fields[0]',
    { name: 'email', type: 'text', label: 'E-mail' },
    ['16:19: forms.events.fields[0].type: found "text", wanted email, or nothing, for the field email.'],
  ],
  [
    'forms.events.fields[0]',
    { name: 'email', attribute: 'mail' },
    ['16:24: forms.events.fields[0].attribute: found "mail", wanted email, or nothing, for the field email.'],
  ],
  [
    'forms.events.fields[0]',
    { name: 'email', maxLength: 0 },
    ['16:24: forms.events.fields[0].maxLength: found 0, wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[0]',
    { name: 'email', options: ['a'] },
    [
      '16:11: forms.events.fields[0].options: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, placeholder, maxLength, autocomplete, pattern.',
    ],
  ],
  [
    'forms.events.fields[2]',
    { name: 'mail2', type: 'email', label: 'E', attribute: 'email' },
    [
      '19:9: forms.events.fields[2]: found the attribute "email", wanted another attribute: the address is what the field email asks for.',
    ],
  ],
  [
    'forms.events.fields[2]',
    { name: 'seg', type: 'text', label: 'S', attribute: 'segment_code' },
    [
      '19:9: forms.events.fields[2]: found segment_code filled by text, wanted a select or radio, so that visitors cannot make up a segment.',
    ],
  ],
  [
    'forms.events.fields[2]',
    { name: 'u', type: 'url', label: 'U', maxLength: 'x' },
    ['23:24: forms.events.fields[2].maxLength: found "x", wanted a whole number from 1 to 2000.'],
  ],
  [
    'forms.events.fields[2]',
    { name: 't', type: 'tel' },
    [
      '19:9: forms.events.fields[2].label: found nothing, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.fields[2]',
    { name: 'h', type: 'hidden', from: '?s', attribute: 'segment_code' },
    [
      '19:9: forms.events.fields[2]: found segment_code filled by hidden, wanted a select or radio, so that visitors cannot make up a segment.',
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
  [
    'forms.events.texts',
    'x',
    [
      '78:16: forms.events.texts: found "x", wanted an object with submit, sending, accepted, optional, suggestion, takeSuggestion, close, leaveEmpty, issues, problems.',
    ],
  ],
  [
    'forms.events.texts',
    { sumbit: 'x' },
    [
      '79:9: forms.events.texts.sumbit: found an unknown member, wanted one of submit, sending, accepted, optional, suggestion, takeSuggestion, close, leaveEmpty, issues, problems.',
    ],
  ],
  [
    'forms.events.texts',
    { submit: 1 },
    [
      '79:19: forms.events.texts.submit: found 1, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.texts',
    { submit: '' },
    ['79:19: forms.events.texts.submit: found "", wanted text of 1 to 5000 characters.'],
  ],
  [
    'forms.events.texts',
    { suggestion: 'Did you mean it?' },
    ['79:23: forms.events.texts.suggestion: found "Did you mean it?", wanted text with {address} in it.'],
  ],
  [
    'forms.events.texts',
    { suggestion: { en: '{address}?', de: 'Hm?' } },
    ['81:17: forms.events.texts.suggestion.de: found "Hm?", wanted text with {address} in it.'],
  ],
  [
    'forms.events.texts',
    { issues: { lost: 'x' } },
    [
      '80:11: forms.events.texts.issues.lost: found an unknown member, wanted one of missing, malformed, too_long, unknown, disposable, not_ascii.',
    ],
  ],
  [
    'forms.events.texts',
    { problems: { lost: 'x' } },
    [
      '80:11: forms.events.texts.problems.lost: found an unknown member, wanted one of invalid, malformed, unsupported, too_large, origin_refused, rate_limited, bot_suspected, no_such_form, not_found, method_not_allowed, unavailable, internal, unreachable.',
    ],
  ],
  [
    'forms.events.texts',
    { problems: { internal: null } },
    [
      '80:23: forms.events.texts.problems.internal: found null, wanted text of 1 to 5000 characters, or an object with such a text for each language.',
    ],
  ],
  [
    'forms.events.texts',
    { accepted: { xx: 'x' } },
    [
      '80:11: forms.events.texts.accepted.xx: found "xx", wanted a supported language: en, ar, da, de, es, fr, he, it, ja, nl, pl, pt-BR, sv, tr, zh-Hans.',
    ],
  ],
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
    ['67:22: forms.events.resubscribe: found "always", wanted never or with-consent.'],
  ],
  [
    'forms.events.resubscribe',
    true,
    ['67:22: forms.events.resubscribe: found true, wanted never or with-consent.'],
  ],
  [
    'forms.events.resubscribe',
    'with_consent',
    ['67:22: forms.events.resubscribe: found "with_consent", wanted never or with-consent.'],
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

/** Files that are not JSON, or not valid as a forms file. */
export const faultyTexts: readonly (readonly [text: string, says: readonly string[]])[] = [
  [
    '',
    [
      '1:1: found the end of the file or of the line, wanted a value: text in double quotes, a number, {…} or […].',
    ],
  ],
  [
    ' ',
    [
      '1:2: found the end of the file or of the line, wanted a value: text in double quotes, a number, {…} or […].',
    ],
  ],
  ['{', ['1:2: found the end of the file or of the line, wanted a closing brace.']],
  ['{"forms": }', ['1:11: found }, wanted a value: text in double quotes, a number, {…} or […].']],
  ['{"forms": {} ', ['1:14: found the end of the file or of the line, wanted a closing brace.']],
  [
    '{forms: {}}',
    ['1:2: found forms, wanted a name or text in double quotes, a number, true, false, null, {…} or […].'],
  ],
  [
    "{'forms': {}}",
    ["1:2: found ', wanted a name or text in double quotes, a number, true, false, null, {…} or […]."],
  ],
  ['{"forms": {"a": {"fields": ["email"}}}', ['1:36: found }, wanted a comma.']],
  ['{"forms": {"a" {"fields": ["email"]}}}', ['1:16: found {, wanted a colon.']],
  ['{"forms": {"a": {"fields": ["email"]}} "x": 1}', ['1:40: found "x", wanted a comma.']],
  [
    '{"forms": {"a": {"fields": ["email\n"]}}}',
    ['1:29: found "email, wanted a closing quote on the same line.'],
  ],
  [
    '{"forms": {"a": {"fields": ["em\\xil"]}}}',
    ['1:29: found "em\\xil", wanted one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u.'],
  ],
  ['{} {}', ['1:4: found {, wanted the end of the file.']],
  ['{"forms": {"a": {"fields": ["email"]}}} // fine\n,', ['2:1: found ,, wanted the end of the file.']],
  ['/* never closed', ['1:1: found /, wanted the end of the comment, */.']],
  [
    '{"forms": {"a": {"fields": ["email"]}, "a": {"fields": ["email"]}}}',
    ['1:40: forms.a: found "a" a second time, wanted each name once.'],
  ],
  [
    '{"forms": {"a": {"fields": ["email"], "fields": []}}}',
    ['1:39: forms.a.fields: found "fields" a second time, wanted each name once.'],
  ],
  [
    '{"forms": {"a": {"fields": [{"name": "email", "name": "x"}]}}}',
    ['1:47: forms.a.fields[0].name: found "name" a second time, wanted each name once.'],
  ],
  [
    '{"forms": {"a": {"fields": [tru]}}}',
    ['1:29: found tru, wanted a name or text in double quotes, a number, true, false, null, {…} or […].'],
  ],
  [
    '{"forms": {"a": {"fields": ["email",,]}}}',
    ['1:37: found ,, wanted a value: text in double quotes, a number, {…} or […].'],
  ],
  [
    'forms:\n  newsletter: email',
    ['1:1: found forms, wanted a name or text in double quotes, a number, true, false, null, {…} or […].'],
  ],
  [
    '{"__proto__": {}, "forms": {"a": {"fields": ["email"]}}}',
    ['1:2: __proto__: found an unknown member, wanted one of $schema, forms.'],
  ],
  [
    '{"forms": {"__proto__": {"fields": ["email"]}}}',
    [
      '1:11: forms: found {"__proto__":{"fields":["email"]}}, wanted at least one form.',
      '1:12: forms.__proto__: found "__proto__", wanted an id of 1 to 64 letters, digits, - and _ that begins with a letter or digit.',
    ],
  ],
  ['{"forms": {"a": {"fields": ["email"], "rates": {"form": 01}}}}', ['1:58: found 1, wanted a comma.']],
  ['{"forms": {"a": {"fields": ["\\u12"]}}}', ['1:29: found "\\u12", wanted four hex digits after \\u.']],
];
