import express, { Router, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { serveBuiltFiles } from '../../http/static-files.ts';
import type { Account, ApiKeys } from '../api-keys.ts';
import type { TrafficMeter } from '../api/traffic.ts';
import type { Faults } from '../faults.ts';
import type { OwnKeys } from '../first-key.ts';
import { refuseCrossSite } from '../foreign-requests.ts';
import type { Persons } from '../persons.ts';
import type { State } from '../state.ts';
import { apiKeysPage, revokePage } from './api-keys-page.ts';
import { contactsPage, shownContacts } from './contacts-page.ts';
import { failurePage } from './frame.ts';

export interface SiteDeps {
  readonly account: Account;
  readonly state: State;
  readonly persons: Persons;
  readonly apiKeys: ApiKeys;
  readonly ownKeys: Pick<OwnKeys, 'current'>;
  readonly faults: Faults;
  readonly traffic: TrafficMeter;
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  /** Ends the event streams. */
  readonly stop: AbortSignal;
}

/**
 * The sandbox's pages for people: its contacts as they arrive, its API keys, `/sandbox/faults`, where faults
 * are set, and `/sandbox/traffic`, which tells how polite clients are. All pages work without script, and
 * other sites cannot control them.
 */
export function createSite({
  account,
  state,
  persons,
  apiKeys,
  ownKeys,
  faults,
  traffic,
  builtDir,
  stop,
}: SiteDeps): Router {
  const site = Router();
  const readForm = express.urlencoded({ extended: false, limit: '8kb' });

  site.use(securityHeaders, refuseCrossSite, serveBuiltFiles(builtDir));
  site.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  site.get('/', async (_req, res) => {
    const { persons: contacts, total } = await persons.newest(shownContacts);
    res.send(contactsPage({ contacts, total, faults: faults.show() }));
  });
  site.post('/contacts/delete', async (_req, res) => {
    await persons.removeAll();
    res.redirect(303, '/');
  });

  site
    .route('/settings/api-keys')
    .get((_req, res) => {
      res.send(apiKeysPage({ account, ...keySettings(), faults: faults.show() }));
    })
    .post(readForm, async (req, res) => {
      const { name } = z
        .object({ name: z.string().trim().min(1).max(100).catch('Unnamed') })
        .parse(req.body ?? {});
      const { key } = await apiKeys.create(name);
      res
        .status(201)
        .send(apiKeysPage({ account, ...keySettings(), faults: faults.show(), created: { name, key } }));
    });
  site
    .route('/settings/api-keys/:id/revoke')
    .get((req, res, next) => {
      const key = apiKeys.list().find(({ id, revoked }) => id === req.params.id && revoked === null);
      if (key) res.send(revokePage(key, faults.show()));
      else next();
    })
    .post(async (req, res) => {
      await apiKeys.revoke(req.params.id);
      res.redirect(303, '/settings/api-keys');
    });
  site.post('/settings/revocation', readForm, async (req, res) => {
    const { kills_tokens } = z.object({ kills_tokens: z.literal(['true', 'false']) }).parse(req.body);
    await apiKeys.setRevocationKillsTokens(kills_tokens === 'true');
    res.redirect(303, '/settings/api-keys');
  });

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

  site
    .route('/sandbox/faults')
    .get((_req, res) => {
      res.json(shownFaults());
    })
    .put(express.json({ type: () => true, limit: '64kb', strict: false }), async (req, res) => {
      const outcome = faults.replace(req.body);
      if ('issues' in outcome) {
        res.status(400).json({ errors: outcome.issues });
        return;
      }
      await apiKeys.setRevocationKillsTokens(outcome.revocationKillsTokens ?? apiKeys.revocationKillsTokens);
      res.json(shownFaults());
    })
    .delete((_req, res) => {
      faults.clear();
      state.changes.emit('change');
      res.json(shownFaults());
    });

  site
    .route('/sandbox/traffic')
    .get((_req, res) => {
      res.json(traffic.traffic);
    })
    .delete((_req, res) => {
      traffic.clear();
      res.json(traffic.traffic);
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

  function keySettings(): Pick<ApiKeys, 'revocationKillsTokens'> & {
    readonly keys: ReturnType<ApiKeys['list']>;
    readonly ownId: string | undefined;
  } {
    const { revocationKillsTokens } = apiKeys;
    return { keys: apiKeys.list(), ownId: ownKeys.current?.id, revocationKillsTokens };
  }

  function shownFaults(): object {
    return { ...faults.show(), revocationKillsTokens: apiKeys.revocationKillsTokens };
  }
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
