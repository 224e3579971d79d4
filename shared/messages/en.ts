import type { Messages } from './messages.ts';

export const en: Messages = {
  lang: 'en',
  dir: 'ltr',
  labels: {
    email: 'Email address',
    first_name: 'First name',
    last_name: 'Last name',
  },
  fieldIssues: {
    email: 'Enter an email address like name@example.com.',
    tel: 'Enter a phone number like +44 20 7946 0123.',
    url: 'Enter a web address like https://www.example.com.',
    number: {
      any: 'Enter a number.',
      between: 'Enter a number from {min} to {max}.',
      from: 'Enter a number of at least {min}.',
      to: 'Enter a number of at most {max}.',
    },
    date: {
      any: 'Enter a complete date.',
      between: 'Enter a date from {min} to {max}.',
      from: 'Enter a date no earlier than {min}.',
      to: 'Enter a date no later than {max}.',
    },
    choice: 'Please choose one.',
    checkbox: 'Please tick this box.',
  },
  texts: {
    submit: 'Subscribe',
    sending: 'Sending…',
    accepted: 'Thank you. You are signed up.',
    acceptedTitle: 'You are signed up',
    acceptedFor: 'Thank you. We have your sign-up for {address}.',
    acceptedNext: 'If it does not arrive, look in your spam folder.',
    optional: '(optional)',
    suggestion: 'Did you mean {address}?',
    takeSuggestion: 'Yes, change it',
    close: 'Close',
    leaveEmpty: 'Leave this field empty',
    issues: {
      missing: 'Please fill in this field.',
      malformed: 'Please check this field.',
      too_long: 'This is too long.',
      unknown: 'This form does not have this field.',
      disposable: 'Please use an address that you will keep. We cannot send to disposable ones.',
      not_ascii:
        'We cannot send to addresses with accented or non-Latin letters before the @. Please use another one.',
    },
    problems: {
      invalid: 'Please check the marked fields.',
      malformed: 'We could not process the form. Please reload the page and try again.',
      unsupported: 'We could not process the form. Please reload the page and try again.',
      too_large: 'That is too much text for this form. Please shorten it.',
      origin_refused: 'This form cannot be used on this page.',
      rate_limited: 'Too many sign-ups at the moment. Please try again in a little while.',
      bot_suspected: 'We could not tell that you are a person. Please try again.',
      no_such_form: 'This form does not exist any more.',
      not_found: 'This form does not exist any more.',
      method_not_allowed: 'Something went wrong on our side. Please try again.',
      unavailable: 'We cannot take sign-ups right now. Please try again in a minute.',
      internal: 'Something went wrong on our side. Please try again.',
      unreachable: 'We could not be reached. Please check your connection and try again.',
    },
  },
  hosted: { title: 'Sign up for our newsletter' },
  confirm: {
    title: 'One more click',
    explanation: 'Please confirm your sign-up, so that we know you are not a robot.',
    tooSoon:
      'That was very quick. Please wait a moment and click again, so that we know you are not a robot.',
    button: 'Yes, sign me up',
    useScripts:
      'If you turn on JavaScript in your browser, you can sign up on the form’s own page right away.',
  },
  page: {
    description: 'Leave your email address and get our newsletter.',
    toForm: 'Go to the form',
    scan: 'Scan this code to sign up',
    qrCode: 'QR code',
  },
};
