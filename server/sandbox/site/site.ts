import { Router, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { serveBuiltFiles } from '../../http/static-files.ts';
import type { Account } from '../api-keys.ts';
import type { Persons } from '../contacts/persons.ts';
import type { Clock } from '../control/clock.ts';
import type { ControlParts } from '../control/controls.ts';
import type { Mailbox } from '../control/mailbox.ts';
import type { OwnKeys } from '../first-key.ts';
import type { RequestLog } from '../control/request-log.ts';
import type { TrafficMeter } from '../control/traffic.ts';
import { refuseCrossSite } from '../foreign-requests.ts';
import { createContactPages } from './contact-pages.ts';
import { createControls } from './control-routes.ts';
import { failurePage } from './frame.ts';
import { createKeyPages } from './key-pages.ts';
import { createMailPages } from './mail-pages.ts';
import { createToolPages } from './tool-pages.ts';

export interface SiteParts extends ControlParts {
  readonly account: Account;
  readonly database: Database;
  readonly persons: Persons;
  readonly ownKeys: Pick<OwnKeys, 'current'>;
  readonly traffic: TrafficMeter;
  readonly requests: RequestLog;
  readonly clock: Clock;
  readonly mailbox: Mailbox;
}

export interface SiteDeps extends SiteParts {
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  /** Ends the event streams. */
  readonly stop: AbortSignal;
}

/**
 * The sandbox's pages for people: its contacts as they arrive, its API keys, what it was asked, nights and
 * faults; and `/sandbox/…`, where programs do the same. All pages work without script, and other sites cannot
 * control them.
 */
export function createSite({ builtDir, stop, ...parts }: SiteDeps): Router {
  const { state } = parts;
  const site = Router();

  site.use(securityHeaders, refuseCrossSite, serveBuiltFiles(builtDir));
  site.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  site.use(createContactPages(parts), createKeyPages(parts), createToolPages(parts), createMailPages(parts));
  site.use(createControls(parts));

  site.get('/sandbox/events', (_req, res) => {
    res.set('Content-Type', 'text/event-stream').flushHeaders();
    const tell = (): void => void res.write('data: changed\n\n');
    const finish = (): void => void res.end();
    state.changes.on('change', tell);
    stop.addEventListener('abort', finish);
    res.once('close', () => {
      state.changes.off('change', tell);
      stop.removeEventListener('abort', finish);
    });
  });

  site.use((_req, res) => {
    res.status(404).send(failurePage('There is no such page'));
  });
  site.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const wrongInput =
      error instanceof z.ZodError || z.object({ status: z.int().max(499) }).safeParse(error).success;
    const words = wrongInput
      ? 'That could not be read'
      : error instanceof Error
        ? error.message
        : 'Unknown failure';
    res.status(wrongInput ? 400 : 500).send(failurePage(words));
  });

  return site;
}

const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'"],
      'connect-src': ["'self'"],
      'form-action': ["'self'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  strictTransportSecurity: false,
  // With helmet's `no-referrer`, browsers would send `Origin: null` from our own forms.
  referrerPolicy: { policy: 'same-origin' },
});
