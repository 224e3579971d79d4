import express, { type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { csvOf } from '../../analytics/formats/encode.ts';
import type { Column } from '../../analytics/reports/report.ts';
import { networkOf, type ClientAddress } from '../../http/client-ip.ts';
import type { PublicAddress } from '../../http/public-address.ts';
import { readBody } from '../../http/request-body.ts';
import { formToken, isFormToken, sessionMs, type OperatorAccess } from '../../operator/access.ts';
import { periods, type FiguresReader, type Period } from '../../operator/figures.ts';
import { LogInLimit } from '../../operator/log-in-limit.ts';
import { renderLogIn } from '../../operator/page/log-in.ts';
import { renderOperatorPage } from '../../operator/page/page.ts';
import type { SetupChecks } from '../../operator/setup-checks.ts';
import { judge } from '../../operator/verdict.ts';
import type { DeadLetters } from '../../outbox/dead-letters.ts';
import { readUrl } from '../../system/urls.ts';

export interface OperatorRoutesOptions {
  readonly access: OperatorAccess;
  readonly figures: Pick<FiguresReader, 'read' | 'setAside' | 'forget'>;
  readonly setup: Pick<SetupChecks, 'run'>;
  readonly deadLetters: DeadLetters;
  /** Reads forms and credentials again, and retries credentials that rasa.io refused. */
  readonly reload: () => void;
  readonly clientAddress: ClientAddress;
  readonly address: PublicAddress;
  readonly version: string;
  readonly log: Logger;
}

const cookie = '__Host-rasa-operator';
const cookieFlags = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const maxBodyBytes = 4096;

const setAsideColumns = [
  { name: 'id', type: 'text', about: 'As the commands take it.' },
  { name: 'form', type: 'text', about: 'Its id.' },
  { name: 'reason', type: 'text', about: 'Why rasa.io refused it, without addresses.' },
  { name: 'attempts', type: 'integer', about: 'How often it was sent.' },
  { name: 'refusedAt', type: 'text', about: 'ISO 8601, UTC.' },
] as const satisfies readonly Column[];

/**
 * The operator page. Without a password, a link or a session the answer is the same as for a path that does
 * not exist. Every POST must come from the page itself: its Origin is this host, the cookie is never sent
 * along from elsewhere, and the form holds a token made of the session.
 */
export function createOperatorRoutes(options: OperatorRoutesOptions): express.Router {
  const { access, figures, setup, deadLetters, reload, clientAddress, address, version, log } = options;
  const { prefix } = address;
  const home = `${prefix}/operator`;
  const limit = new LogInLimit();
  const routes = express.Router({ caseSensitive: true });

  routes.use('/operator', (_request, response, next) => {
    response.set('Cache-Control', 'no-store').set('Cross-Origin-Opener-Policy', 'same-origin');
    next();
  });

  routes.get('/operator', async (request, response, next) => {
    const session = await sessionOf(request);
    const { link } = request.query;
    if (session !== undefined) {
      if (link === undefined) await show(request, response, session);
      else response.redirect(303, home);
    } else if (typeof link === 'string' && (await access.hasLink(link))) {
      response.send(renderLogIn({ prefix, link }));
    } else if (access.hasPassword) response.send(renderLogIn({ prefix }));
    else next();
  });

  routes.get('/operator/set-aside.csv', async (request, response, next) => {
    if ((await sessionOf(request)) === undefined) {
      if (access.hasPassword) response.redirect(303, home);
      else next();
      return;
    }
    log.info('What was set aside was downloaded from the operator page, without addresses.');
    const rows = (await figures.setAside()).map((entry) => ({ ...entry }));
    response.attachment('set-aside.csv').type('text/csv');
    response.send(csvOf(setAsideColumns, rows, { bom: true, header: true }));
  });

  routes.post('/operator/log-in', async (request, response, next) => {
    const form = isFromHere(request) ? await formOf(request) : undefined;
    if (!form) {
      refuse(response);
      return;
    }
    const link = form.get('link');
    if (link !== null && (await access.useLink(link))) {
      await letIn(response, 'link');
      return;
    }
    if (!access.hasPassword) {
      next();
      return;
    }
    const network = networkOf(clientAddress(request));
    const waitMs = limit.take(network);
    if (waitMs > 0) {
      log.warn('The operator page refused a log-in: too many wrong passwords.');
      response.status(429).set('Retry-After', String(Math.ceil(waitMs / 1000)));
      response.send(
        renderLogIn({ prefix, fault: `Too many tries. The next is possible in ${minutesOf(waitMs)}.` }),
      );
      return;
    }
    if (link === null && (await access.isPassword(form.get('password') ?? ''))) {
      limit.clear(network);
      await letIn(response, 'password');
      return;
    }
    log.warn('The operator page refused a wrong password.');
    const fault =
      link === null
        ? 'That is not the password. You can try again now.'
        : 'This link was used, or is too old.';
    response.status(403).send(renderLogIn({ prefix, fault }));
  });

  const actions: Readonly<Record<string, (id: string) => Promise<object>>> = {
    replay: async (id) => ({ replayed: await each(id, (one) => deadLetters.replay(one)) }),
    purge: async (id) => ({ id, purged: await deadLetters.purge(id) }),
    reload: () => {
      reload();
      return Promise.resolve({});
    },
    // They take seconds; the page shows what they found when it is looked at again.
    check: () => {
      void setup.run();
      return Promise.resolve({});
    },
  };
  for (const [name, act] of Object.entries(actions)) {
    routes.post(`/operator/${name}`, async (request, response, next) => {
      const asked = await askedBy(request, response, next);
      if (!asked) return;
      log.info({ action: name, ...(await act(asked.id)) }, 'Done on the operator page.');
      figures.forget();
      response.redirect(303, home);
    });
  }

  routes.post('/operator/address', async (request, response, next) => {
    const asked = await askedBy(request, response, next);
    if (!asked) return;
    const { id, session } = asked;
    const entry = await deadLetters.get(id);
    log.info({ action: 'address', id }, 'An address was shown on the operator page.');
    await show(
      request,
      response,
      session,
      typeof entry === 'object' ? { id, email: entry.signup.contact.email } : undefined,
    );
  });

  routes.post('/operator/log-out', async (request, response, next) => {
    const asked = await askedBy(request, response, next);
    if (!asked) return;
    await access.closeSession(asked.session);
    response.append('Set-Cookie', `${cookie}=; Max-Age=0; ${cookieFlags}`).redirect(303, home);
  });
  return routes;

  async function show(
    request: Request,
    response: Response,
    session: string,
    shownAddress?: { readonly id: string; readonly email: string },
  ): Promise<void> {
    const read = await figures.read(periodOf(request.query['period']));
    response.send(
      renderOperatorPage({
        figures: read,
        verdict: judge(read.state),
        prefix,
        formToken: formToken(session),
        address: shownAddress,
        version,
      }),
    );
  }

  async function letIn(response: Response, by: 'password' | 'link'): Promise<void> {
    const session = await access.openSession();
    log.info({ by }, 'Somebody logged in to the operator page.');
    response.append('Set-Cookie', `${cookie}=${session}; Max-Age=${sessionMs / 1000}; ${cookieFlags}`);
    response.redirect(303, home);
  }

  /** What a form of the page asks for; `undefined` where it was answered already. */
  async function askedBy(request: Request, response: Response, next: () => void) {
    const session = await sessionOf(request);
    if (session === undefined) {
      if (access.hasPassword) response.redirect(303, home);
      else next();
      return undefined;
    }
    const form = isFromHere(request) ? await formOf(request) : undefined;
    if (form && isFormToken(form.get('form_token') ?? '', session))
      return { session, id: form.get('id') ?? '' };
    refuse(response);
    return undefined;
  }

  async function each(id: string, act: (id: string) => Promise<boolean>): Promise<number> {
    const ids = id === 'all' ? (await deadLetters.list()).entries.map(({ signup }) => signup.id) : [id];
    let done = 0;
    for (const one of ids) if (await act(one)) done++;
    return done;
  }

  async function sessionOf(request: Request): Promise<string | undefined> {
    const token = new RegExp(`(?:^|; *)${cookie}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1];
    return token !== undefined && (await access.hasSession(token)) ? token : undefined;
  }

  /** Browsers send an Origin with every POST; a program that sends none has no session of somebody else's. */
  function isFromHere({ headers }: Request): boolean {
    const { origin, host } = headers;
    if (headers['sec-fetch-site'] !== undefined && headers['sec-fetch-site'] !== 'same-origin') return false;
    if (origin === undefined || origin === address.origin) return true;
    return readUrl(origin)?.host === host;
  }

  function refuse(response: Response): void {
    response.status(403).send(renderLogIn({ prefix, fault: 'This page was too old. Log in and try again.' }));
  }
}

async function formOf(request: Request): Promise<URLSearchParams | undefined> {
  const body = await readBody(request, maxBodyBytes);
  return body.is === 'whole' ? new URLSearchParams(Buffer.from(body.bytes).toString()) : undefined;
}

function periodOf(text: unknown): Period {
  return typeof text === 'string' && Object.hasOwn(periods, text) ? (text as Period) : '24h';
}

function minutesOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
