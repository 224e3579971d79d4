/**
 * What `PUT /sandbox/faults` can do, as JSON: the rows of the documentation's table and the buttons of the
 * page "Faults". A test sends each of them.
 */
export const faultExamples: readonly (readonly [json: string, about: string])[] = [
  ['{"delayMs":2000}', 'Delays every answer.'],
  [
    '{"answer":{"status":401,"on":"persons","times":1}}',
    'Answers with a status: on `tokens`, `persons`, `analytics`, `other` or `all` calls; for the next `times` of them, or until the fault is removed.',
  ],
  [
    '{"answer":{"status":429,"retryAfter":30}}',
    'The same with `Retry-After`, in seconds or as an HTTP date.',
  ],
  ['{"answer":{"status":502,"as":"html"}}', 'Answers with the HTML page of a gateway instead of JSON.'],
  ['{"drop":{"on":"persons","when":"before"}}', 'Closes the connection without processing the request.'],
  [
    '{"drop":{"on":"persons","when":"after","times":1}}',
    'Processes the request, then closes the connection without an answer.',
  ],
  ['{"refuse":{"emails":["*@refused.test"],"error":"Blocked"}}', 'Refuses some contacts of a batch.'],
  [
    '{"rateLimit":{"calls":5,"seconds":1}}',
    'A plan with a rate limit: more calls are answered with 429 and `Retry-After`, or without it: `"retryAfter":"absent"`.',
  ],
  [
    '{"dailyQuota":{"calls":1000}}',
    'A plan with a daily quota, which begins anew at 00:00 UTC: the same answers, `Retry-After` up to then.',
  ],
  [
    '{"variants":{"errors":"array","maxPage":1000}}',
    'Answers in other ways that rasa.io may have; see [Variants](#variants).',
  ],
  ['{"tokenLifetimeS":60}', 'Sets how long new tokens are valid.'],
  ['{"revocationKillsTokens":true}', 'Setting: revoking a key also ends its live tokens.'],
  [
    '{"nightly":{"keep":["*@member.test"],"at":"01:00"}}',
    'Setting: each night the list of the customer replaces the contacts, see [Nights](#nights); `null` ends that.',
  ],
  [
    '{"segments":["H-7","W-2"]}',
    'Setting: the account has these segments, and refuses a contact with another `segment_code`; `null` takes any.',
  ],
];
