import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response } from 'express';
import { encode } from '../../analytics/formats/encode.ts';
import type { Column } from '../../analytics/reports/report.ts';
import { formToken, isFormToken } from '../../operator/access.ts';
import { periods, type FiguresReader, type Period } from '../../operator/figures.ts';
import { renderAway, renderLogIn } from '../../operator/page/log-in.ts';
import { renderOperatorPage } from '../../operator/page/page.ts';
import type { SetupChecks } from '../../operator/setup-checks.ts';
import { judge } from '../../operator/verdict.ts';
import type { DeadLetters } from '../../outbox/dead-letters.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { createLogIn, refuseForm, type LogInOptions } from './log-in.ts';
import { cookieOf, formFrom, sessionOf } from './operator-request.ts';
import { createReplayAll } from './replay-all.ts';

export interface OperatorRoutesOptions extends LogInOptions {
  readonly figures: Pick<FiguresReader, 'read' | 'setAside' | 'forget'>;
  readonly setup: Pick<SetupChecks, 'run'>;
  readonly deadLetters: DeadLetters;
  /** Reads forms and credentials again, and retries credentials that rasa.io refused, in all processes. */
  readonly reload: () => Promise<void>;
  /**
   * Retires a key in all processes, or uses it again. Resolves with whether the account has such a key.
   */
  readonly setKey: (account: string, fingerprint: string, is: 'retired' | 'in use') => Promise<boolean>;
  readonly version: string;
}

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
  const { access, figures, setup, deadLetters, reload, setKey, address, version, log } = options;
  const { prefix } = address;
  const home = `${prefix}/operator`;
  const onLateEnd = () => {
    figures.forget();
  };
  const replayAll = createReplayAll({ deadLetters, log, onLateEnd });
  const routes = express.Router({ caseSensitive: true });

  routes.use('/operator', (request, response, next) => {
    response.set('Cache-Control', 'no-store').set('Cross-Origin-Opener-Policy', 'same-origin');
    // Express answers OPTIONS for every path that it has, and would tell that the page is there.
    if (request.method === 'OPTIONS') next('router');
    else next();
  });

  routes.get('/operator', async (request, response, next) => {
    const session = await sessionOf(request, access);
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
    if ((await sessionOf(request, access)) === undefined) {
      if (access.hasPassword) response.redirect(303, home);
      else next();
      return;
    }
    log.info('What was set aside was downloaded from the operator page, without addresses.');
    response.attachment('set-aside.csv').type('text/csv');
    const rows = encode('csv', setAsideColumns, figures.setAside(), { bom: true });
    await pipeline(Readable.from(rows), response);
  });

  routes.post('/operator/log-in', createLogIn(options));

  const actions: Readonly<Record<string, (id: string) => Promise<object>>> = {
    replay: async (id) => (id === 'all' ? replayAll() : { id, replayed: await deadLetters.replay(id) }),
    purge: async (id) => ({ id, purged: await deadLetters.purge(id) }),
    reload: async () => {
      await reload();
      return {};
    },
    retire: (id) => decide(id, 'retired'),
    use: (id) => decide(id, 'in use'),
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
    response.append('Set-Cookie', cookieOf()).redirect(303, home);
  });

  // Where a browser opens again what a form has led to, such as a wrong password.
  for (const name of ['log-in', 'address', 'log-out', ...Object.keys(actions)]) {
    routes.get(`/operator/${name}`, async (request, response, next) => {
      if (access.hasPassword || (await sessionOf(request, access)) !== undefined)
        response.redirect(303, home);
      else next();
    });
  }

  const answerAway: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (!(error instanceof StoreUnavailable) || response.headersSent) {
      next(error);
      return;
    }
    const is = error.reason === 'read_only' ? 'read_only' : 'gone';
    const why = is === 'gone' ? 'does not answer' : 'takes no writes';
    log.warn({ err: error }, `The operator page cannot be shown: the database ${why}.`);
    response.status(503).set('Retry-After', '10').send(renderAway(prefix, is));
  };
  routes.use('/operator', answerAway);
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

  /** What a form of the page asks for; `undefined` where it was answered already. */
  async function askedBy(request: Request, response: Response, next: () => void) {
    const session = await sessionOf(request, access);
    if (session === undefined) {
      if (access.hasPassword) response.redirect(303, home);
      else next();
      return undefined;
    }
    const form = await formFrom(request, address);
    if (form && isFormToken(form.get('form_token') ?? '', session))
      return { session, id: form.get('id') ?? '' };
    refuseForm(response, prefix);
    return undefined;
  }

  /** `<account> <fingerprint>` of a key. */
  async function decide(id: string, is: 'retired' | 'in use'): Promise<object> {
    const [, account = '', fingerprint = ''] = /^(.+) ([0-9a-f]{6})$/.exec(id) ?? [];
    return (await setKey(account, fingerprint, is)) ? { account, fingerprint } : { found: false };
  }
}

function periodOf(text: unknown): Period {
  return typeof text === 'string' && Object.hasOwn(periods, text) ? (text as Period) : '24h';
}
