import { gone, type Fault } from './fault.ts';

/** How a field is worded, and which attribute it fills. */
export const wording: readonly Fault[] = [
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
    'forms.events.fields[7].label',
    'x',
    [
      '62:11: forms.events.fields[7].label: found an unknown member, wanted one of name, type, from, attribute, maxLength.',
    ],
  ],
];
