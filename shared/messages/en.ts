import type { Messages } from './messages.ts';

export const en: Messages = {
  lang: 'en',
  dir: 'ltr',
  labels: {
    email: 'Email address',
    first_name: 'First name',
    last_name: 'Last name',
  },
  malformedEmail: 'Enter an email address like name@example.com.',
  texts: {
    submit: 'Subscribe',
    sending: 'Sending…',
    accepted: 'Thank you. You are signed up.',
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
    button: 'Yes, sign me up',
  },
  page: {
    description: 'Leave your email address and get our newsletter.',
    toForm: 'Go to the form',
    scan: 'Scan this code to sign up',
    qrCode: 'QR code',
  },
};
