/** Files that are not JSON, or not valid as a forms file. */
export const syntax: readonly (readonly [text: string, says: readonly string[]])[] = [
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
