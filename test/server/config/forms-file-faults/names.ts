import { gone, type Fault } from './fault.ts';

/** What a field is: its name, its type, whether it is required. */
export const names: readonly Fault[] = [
  [
    'forms.events.fields[3].type',
    'slect',
    [
      '27:19: forms.events.fields[3].type: found "slect", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'textarea',
    [
      '27:19: forms.events.fields[3].type: found "textarea", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'file',
    [
      '27:19: forms.events.fields[3].type: found "file", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'password',
    [
      '27:19: forms.events.fields[3].type: found "password", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    'submit',
    [
      '27:19: forms.events.fields[3].type: found "submit", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    1,
    [
      '27:19: forms.events.fields[3].type: found 1, wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    null,
    [
      '27:19: forms.events.fields[3].type: found null, wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
    ],
  ],
  [
    'forms.events.fields[3].type',
    gone,
    [
      '25:9: forms.events.fields[3].type: found nothing, wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
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
      '27:19: forms.events.fields[3].type: found "email ", wanted one of text, email, tel, url, number, date, select, radio, newsletters, checkbox, hidden.',
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
    'forms.events.fields[3].checked',
    true,
    [
      '36:11: forms.events.fields[3].checked: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
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
    'forms.events.fields[6].checked',
    true,
    [
      '57:11: forms.events.fields[6].checked: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, link, value.',
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
];
