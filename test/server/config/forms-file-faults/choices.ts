import { gone, type Fault } from './fault.ts';

/** Options, links, values, and where hidden fields get theirs. */
export const choices: readonly Fault[] = [
  [
    'forms.events.fields[3].value',
    'x',
    [
      '36:11: forms.events.fields[3].value: found an unknown member, wanted one of name, type, label, required, help, attribute, issues, options.',
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
];
