import type { Fault } from './fault.ts';

/** What an answer may be. */
export const limits: readonly Fault[] = [
  [
    'forms.events.fields[3].maxLength',
    5,
    [
      '36:11: forms.events.fields[3].maxLength: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
    ],
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
    'forms.events.fields[7].maxLength',
    2001,
    ['62:24: forms.events.fields[7].maxLength: found 2001, wanted a whole number from 1 to 2000.'],
  ],
];
