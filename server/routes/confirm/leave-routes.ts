import express, { type Request, type RequestHandler, type Response } from 'express';
import { limits as sizes } from '../../../shared/form.ts';
import type { Problem } from '../../../shared/signup.ts';
import type { Leavings, Left } from '../../confirm/leaving/leavings.ts';
import { cleaned } from '../../forms/clean-text.ts';
import { readAddress, type AddressRules, type ReadAddress } from '../../forms/email-address.ts';
import type { Forms } from '../../forms/forms.ts';
import { wordsOfTag } from '../../forms/languages.ts';
import { newsletterTitle } from '../../forms/newsletter-title.ts';
import type { ClientAddress } from '../../http/client-ip.ts';
import { isFromOtherPage, type Origins } from '../../http/origins.ts';
import { problem } from '../../http/problem.ts';
import {
  renderAsked,
  renderChoices,
  renderEraseAsk,
  renderErased,
  renderLeave,
  renderLinkOver,
  type LeavePage,
} from '../../pages/leave-pages.ts';
import { refuseOverQuota } from '../../signup/guards.ts';
import type { Limits, Quotas } from '../../signup/limits.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { prefixOf, refuseMethod, sendProblem } from '../answers.ts';
import { wordsFor } from '../language.ts';

export interface LeaveRoutesOptions {
  readonly leavings: Pick<Leavings, 'ask' | 'erase' | 'look' | 'unsubscribe'>;
  readonly forms: Forms;
  /** Of pages that may ask for links: those of all forms. */
  readonly origins: Origins;
  readonly limits: Pick<Limits, 'open'>;
  readonly clientAddress: ClientAddress;
  readonly addressRules: AddressRules;
  /** The names of all accounts. */
  readonly accounts: readonly string[];
  /** Of the mails. */
  readonly sender: string;
  readonly limitedPages: RequestHandler;
}

/** How long to wait before the next try when the store cannot take it, in seconds. */
const unavailableForS = 30;

/**
 * `/leave` sends a link to whoever is known here, and answers every address alike. `/leave/:link` is the page
 * behind it: `GET` and `HEAD` change nothing, whoever opens it and how often; its buttons do.
 */
export function createLeaveRoutes(options: LeaveRoutesOptions): express.Router {
  const { leavings, limitedPages } = options;
  const routes = express.Router({ caseSensitive: true });
  const readBody = express.urlencoded({ extended: false, limit: '4kb' });
  routes.use('/leave', limitedPages, (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  routes
    .route('/leave')
    .get((request, response) => {
      response.send(renderLeave(pageOf(request, response)));
    })
    .post(readBody, async (request, response) => {
      const page = pageOf(request, response);
      const asked = await ask(options, request, page.words.lang);
      if (asked.is === 'refused') sendProblem(request, response, asked.problem);
      else if (asked.is === 'fault') response.status(422).send(renderLeave(page, asked.issue));
      else response.send(renderAsked(page));
    })
    .all(refuseMethod('GET, HEAD, POST'));

  routes
    .route('/leave/:link')
    .all((_request, response, next) => {
      response.set('Referrer-Policy', 'no-referrer');
      next();
    })
    .get(async (request, response) => {
      show(request, response, await leavings.look(request.params.link));
    })
    .post(readBody, async (request, response) => {
      const { link } = request.params;
      const { account, erase } = (request.body ?? {}) as Readonly<Record<string, unknown>>;
      try {
        const isErased = erase === 'yes' && (await leavings.erase(link));
        const found =
          typeof account === 'string' && !isErased
            ? await leavings.unsubscribe(link, account)
            : await leavings.look(link);
        if (erase === 'ask' && found && !found.isErased) {
          response.send(renderEraseAsk(pageOf(request, response, found)));
        } else show(request, response, found);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        sendProblem(request, response, problem('unavailable', { retryAfterS: unavailableForS }));
      }
    })
    .all(refuseMethod('GET, HEAD, POST'));

  return routes;

  function show(request: Request, response: Response, found: Left | undefined): void {
    const page = pageOf(request, response, found);
    if (!found) response.status(404).send(renderLinkOver(page));
    else if (found.isErased) response.send(renderErased(page));
    else response.send(renderChoices(page, { ...found, ...choices(options, found, page) }));
  }
}

/** In the language of the mail, else of the visitor. */
function pageOf(request: Request, response: Response, found?: Left): LeavePage {
  const words = wordsOfTag(found?.lang ?? '') ?? wordsFor(request);
  response.set('Content-Language', words.lang).vary('Accept-Language');
  return { words, prefix: prefixOf(request) };
}

function choices(
  { forms, accounts, sender }: LeaveRoutesOptions,
  { newsletters }: Left,
  { words }: LeavePage,
) {
  return {
    sender,
    newsletters: newsletters.map(({ account, isOn }) => {
      const ownName = accounts.length > 1 ? account : undefined;
      const title = newsletterTitle(forms, { account, isFirst: account === accounts[0] }, words);
      return { account, isOn, title: title ?? ownName };
    }),
  };
}

type Asked =
  | { readonly is: 'asked' }
  | Extract<ReadAddress, { is: 'fault' }>
  | { readonly is: 'refused'; readonly problem: Problem };

/** Counted as a plain sign-up of the visitor's network, so that nobody can write to many from one place. */
async function ask(options: LeaveRoutesOptions, request: Request, lang: string): Promise<Asked> {
  const { origins, limits, clientAddress, leavings } = options;
  if (isFromOtherPage(request.headers, origins)) return { is: 'refused', problem: problem('origin_refused') };
  const quotas: Quotas = limits.open(undefined, 'plain');
  const ip = clientAddress(request);
  const late =
    (await refuseOverQuota(quotas, 'requests', ip)) ?? (await refuseOverQuota(quotas, 'network', ip));
  if (late) return { is: 'refused', problem: late };
  const read = readSent(request.body, options.addressRules);
  if (read.is === 'fault') {
    await quotas.release(['network']);
    return read;
  }
  try {
    await leavings.ask(read.email, lang);
    return { is: 'asked' };
  } catch (error) {
    await quotas.release();
    if (!(error instanceof StoreUnavailable)) throw error;
    return { is: 'refused', problem: problem('unavailable', { retryAfterS: unavailableForS }) };
  }
}

/** Disposable addresses may leave, too. */
function readSent(body: unknown, rules: AddressRules): ReadAddress {
  const { email } = cleaned({ email: (body as { readonly email?: unknown } | undefined)?.email });
  if (typeof email !== 'string') return { is: 'fault', issue: 'missing' };
  if (email.length > sizes.email) return { is: 'fault', issue: 'too_long' };
  return readAddress(email, { ...rules, disposable: 'allow' });
}
