import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { networkOf, type ClientAddress } from '../../http/client-ip.ts';
import type { PublicAddress } from '../../http/public-address.ts';
import type { OperatorAccess } from '../../operator/access.ts';
import { LogInLimit } from '../../operator/log-in-limit.ts';
import { renderLogIn } from '../../operator/page/log-in.ts';
import { browserCookieOf, browserOf, cookieOf, formFrom, sessionOf } from './operator-request.ts';

export interface LogInOptions {
  readonly access: OperatorAccess;
  readonly clientAddress: ClientAddress;
  readonly address: PublicAddress;
  readonly log: Logger;
}

/** `POST /operator/log-in`: lets in who has a link or the password. Each time a new session begins. */
export function createLogIn({ access, clientAddress, address, log }: LogInOptions): RequestHandler {
  const { prefix } = address;
  const limit = new LogInLimit();
  return async (request, response, next) => {
    const form = await formFrom(request, address);
    if (!form) {
      refuseForm(response, prefix);
      return;
    }
    const link = form.get('link');
    if (link !== null && (await access.useLink(link))) {
      await letIn(request, response, 'link');
      return;
    }
    if (!access.hasPassword) {
      next();
      return;
    }
    const browser = await browserOf(request, access);
    const sender = browser ?? networkOf(clientAddress(request));
    const waitMs = limit.take(sender, { isKnown: browser !== undefined });
    if (waitMs > 0) {
      log.warn('The operator page refused a log-in: too many wrong passwords.');
      response.status(429).set('Retry-After', String(Math.ceil(waitMs / 1000)));
      response.send(
        renderLogIn({
          prefix,
          fault:
            `Too many tries. The next is possible in ${minutesOf(waitMs)}. ` +
            'A link of “rasa-signup operator link” lets you in now.',
        }),
      );
      return;
    }
    if (link === null && (await access.isPassword(form.get('password') ?? ''))) {
      limit.clear(sender);
      await letIn(request, response, 'password');
      return;
    }
    log.warn('The operator page refused a wrong password.');
    const fault =
      link === null
        ? 'That is not the password. You can try again now.'
        : 'This link was used, or is too old.';
    response.status(403).send(renderLogIn({ prefix, fault }));
  };

  async function letIn(request: Request, response: Response, by: 'password' | 'link'): Promise<void> {
    const before = await sessionOf(request, access);
    if (before !== undefined) await access.closeSession(before);
    const session = await access.openSession();
    response.append('Set-Cookie', cookieOf(session));
    if ((await browserOf(request, access)) === undefined)
      response.append('Set-Cookie', browserCookieOf(await access.noteBrowser()));
    log.info({ by }, 'Somebody logged in to the operator page.');
    response.redirect(303, `${prefix}/operator`);
  }
}

/** Answers what did not come from a form of the page. */
export function refuseForm(response: Response, prefix: string): void {
  response.status(403).send(renderLogIn({ prefix, fault: 'This page was too old. Log in and try again.' }));
}

function minutesOf(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
