import type { Fault } from './fault.ts';

/** The texts of a form, and its languages. */
export const texts: readonly Fault[] = [
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
    'forms.events.texts',
    'x',
    [
      '78:16: forms.events.texts: found "x", wanted an object with submit, sending, accepted, acceptedTitle, acceptedFor, acceptedNext, optional, suggestion, takeSuggestion, close, leaveEmpty, issues, problems.',
    ],
  ],
  [
    'forms.events.texts',
    { sumbit: 'x' },
    [
      '79:9: forms.events.texts.sumbit: found an unknown member, wanted one of submit, sending, accepted, acceptedTitle, acceptedFor, acceptedNext, optional, suggestion, takeSuggestion, close, leaveEmpty, issues, problems.',
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
];
