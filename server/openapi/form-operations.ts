import { z } from 'zod';
import { brandOperations } from './brand-operations.ts';
import type { Operation, Response } from './operation.ts';
import {
  accepted,
  challenge,
  confirmation,
  form,
  formDefinition,
  pending,
  signup,
  ticket,
} from './form-schemas.ts';

const lang = z.string().optional().meta({ description: 'The language, else that of `Accept-Language`.' });
const link = z.object({ link: z.string().meta({ description: 'As the mail has it.' }) });
const page = { 'text/html': { schema: z.string() } };
const example = { email: 'ada@example.com', first_name: 'Ada' };
const quotas = {
  RateLimit: 'What is left of the sender’s own quota (draft-ietf-httpapi-ratelimit-headers).',
  'RateLimit-Policy': 'That quota.',
};

const gone: Response = { about: 'The link is not known, or has expired.', content: page };

/** What `server/routes/form-routes.ts` and `server/routes/confirm/` answer. */
export const formOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/forms/{form}',
    id: 'getForm',
    tag: 'forms',
    summary: 'The definition of a form',
    about: 'For the widget and for your own clients. A browser gets the hosted page of the form.',
    // Any other parameter may fill a hidden field of the form.
    parameters: { path: form, query: z.object({ lang }).catchall(z.string()) },
    responses: {
      200: {
        about: 'The definition, in one language.',
        content: { 'application/json': { schema: formDefinition }, ...page },
      },
    },
    problems: ['origin_refused', 'no_such_form', 'rate_limited'],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'post',
    path: '/forms/{form}',
    id: 'signUp',
    tag: 'forms',
    summary: 'Sign up',
    about:
      'Answers after the sign-up has been stored durably. The answer is the same for a new, a known and an ' +
      'unsubscribed address. With `BOT_MODE=enforce`, the default, a proof of work is wanted.',
    parameters: { path: form, query: z.object({ lang }).catchall(z.string()) },
    body: {
      'application/x-www-form-urlencoded': { schema: signup, example },
      'application/json': { schema: signup, example },
    },
    responses: {
      200: { about: 'For browsers without scripts: a page that asks for one click.', content: page },
      202: {
        about: 'Stored. With a `ticket` the sign-up waits for a click in a mail.',
        content: {
          'application/json': { schema: z.union([accepted, pending]), example: { status: 'accepted' } },
          ...page,
        },
        headers: quotas,
      },
      303: {
        about: 'For browsers without scripts: the thank-you page of the form.',
        headers: { Location: 'It.' },
      },
    },
    problems: [
      'invalid',
      'unsupported',
      'too_large',
      'origin_refused',
      'rate_limited',
      'bot_suspected',
      'no_such_form',
      'unavailable',
    ],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'get',
    path: '/forms/{form}/challenge',
    id: 'getChallenge',
    tag: 'forms',
    summary: 'A challenge for the proof of work',
    about: 'Version 2 of the ALTCHA protocol. Valid for 10 minutes and one sign-up.',
    parameters: {
      path: form,
      query: z.object({
        since: z.string().optional().meta({ description: '`since` of the challenge before it.' }),
      }),
    },
    responses: {
      200: {
        about: 'The challenge.',
        content: { 'application/json': { schema: challenge } },
        headers: quotas,
      },
    },
    problems: ['origin_refused', 'no_such_form', 'rate_limited'],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'post',
    path: '/forms/{form}/confirmation',
    id: 'askConfirmation',
    tag: 'forms',
    summary: 'How a sign-up stands that waits for its click',
    about:
      'Where the form asks for double opt-in. With a `code` it confirms, with `again` it sends the mail again.',
    parameters: { path: form },
    body: {
      'application/x-www-form-urlencoded': { schema: ticket, example: { ticket: '$TICKET' } },
    },
    responses: {
      200: {
        about: 'How it stands. `locked`: after five wrong codes only the link in the mail counts.',
        content: { 'application/json': { schema: confirmation, example: { status: 'pending' } }, ...page },
      },
    },
    problems: ['not_found', 'rate_limited'],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'get',
    path: '/forms/{form}/qr.svg',
    id: 'getQrCode',
    tag: 'forms',
    summary: 'A QR code that leads to the hosted page',
    parameters: { path: form, query: z.object({ lang }).catchall(z.string()) },
    responses: { 200: { about: 'The code.', content: { 'image/svg+xml': { schema: z.string() } } } },
    problems: ['no_such_form', 'rate_limited'],
    hasPages: true,
    samples: [{}],
  },
  ...brandOperations,
  ...(['confirm', 'not-me'] as const).flatMap((what): Operation[] => [
    {
      method: 'get',
      path: `/${what}/{link}`,
      id: what === 'confirm' ? 'askToConfirm' : 'askToStop',
      tag: 'forms',
      summary:
        what === 'confirm'
          ? 'The page behind the link of a confirmation mail'
          : 'The page of the link “not me”',
      about: 'Changes nothing: mail scanners follow links too.',
      parameters: { path: link },
      responses: { 200: { about: 'A page with one button.', content: page }, 404: gone },
      problems: ['rate_limited'],
      hasPages: true,
      samples: [],
    },
    {
      method: 'post',
      path: `/${what}/{link}`,
      id: what === 'confirm' ? 'confirm' : 'stop',
      tag: 'forms',
      summary: what === 'confirm' ? 'Confirm a sign-up' : 'Delete a sign-up that somebody else sent',
      parameters: { path: link },
      responses: { 200: { about: 'Done.', content: page }, 404: gone },
      problems: ['rate_limited'],
      hasPages: true,
      samples: [],
    },
  ]),
  {
    method: 'get',
    path: '/leave',
    id: 'askAddressToLeave',
    tag: 'forms',
    summary: 'The page to leave',
    about: 'Where mail can be sent. Asks for an address.',
    parameters: { query: z.object({ lang }) },
    responses: { 200: { about: 'The page.', content: page } },
    problems: ['not_found', 'rate_limited'],
    hasPages: true,
    samples: [],
  },
  {
    method: 'post',
    path: '/leave',
    id: 'askForLinkToLeave',
    tag: 'forms',
    summary: 'Ask for a link to leave',
    about: 'The answer is the same for every address. Counts as a plain sign-up of the network.',
    parameters: { query: z.object({ lang }) },
    body: {
      'application/x-www-form-urlencoded': {
        schema: z.object({ email: z.string() }),
        example: { email: 'ada@example.com' },
      },
    },
    responses: {
      200: { about: 'Stored. A mail follows if the address is known.', content: page },
      422: { about: 'It is no address: the page again.', content: page },
    },
    problems: ['not_found', 'malformed', 'origin_refused', 'rate_limited', 'unavailable'],
    hasPages: true,
    samples: [],
  },
  {
    method: 'get',
    path: '/leave/{link}',
    id: 'askHowToLeave',
    tag: 'forms',
    summary: 'The page behind a link to leave',
    about: 'Changes nothing: mail scanners follow links too.',
    parameters: { path: link },
    responses: { 200: { about: 'A page with a button for each newsletter.', content: page }, 404: gone },
    problems: ['rate_limited'],
    hasPages: true,
    samples: [],
  },
  {
    method: 'post',
    path: '/leave/{link}',
    id: 'leave',
    tag: 'forms',
    summary: 'Unsubscribe from a newsletter, or have everything erased',
    about: 'What is asked for waits for rasa.io like a sign-up. Asking again changes nothing.',
    parameters: { path: link },
    body: {
      'application/x-www-form-urlencoded': {
        schema: z.object({
          account: z.string().optional().meta({ description: 'The account to unsubscribe from.' }),
          erase: z
            .enum(['ask', 'yes'])
            .optional()
            .meta({ description: '`ask` shows the page that asks once more.' }),
        }),
        example: { account: 'main' },
      },
    },
    responses: { 200: { about: 'How it stands now, as a page.', content: page }, 404: gone },
    problems: ['malformed', 'rate_limited', 'unavailable'],
    hasPages: true,
    samples: [],
  },
];
