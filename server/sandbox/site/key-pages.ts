import express, { Router } from 'express';
import { z } from 'zod';
import { apiKeysPage, revokePage } from './api-keys-page.ts';
import type { SiteParts } from './site.ts';

/** So many of the last requests are shown beside the keys. */
const shownRequests = 5;

/** "Settings → API Keys". */
export function createKeyPages({ account, apiKeys, ownKeys, faults, requests }: SiteParts): Router {
  const pages = Router();
  const readForm = express.urlencoded({ extended: false, limit: '8kb' });

  pages
    .route('/settings/api-keys')
    .get((_req, res) => {
      res.send(apiKeysPage(view()));
    })
    .post(readForm, async (req, res) => {
      const { name } = z
        .object({ name: z.string().trim().min(1).max(100).catch('Unnamed') })
        .parse(req.body ?? {});
      const { key } = await apiKeys.create(name);
      const url = `${req.protocol}://${req.host}`;
      res.status(201).send(apiKeysPage({ ...view(), created: { name, key, url } }));
    });
  pages
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
  pages.post('/settings/revocation', readForm, async (req, res) => {
    const { kills_tokens } = z.object({ kills_tokens: z.literal(['true', 'false']) }).parse(req.body);
    await apiKeys.setRevocationKillsTokens(kills_tokens === 'true');
    res.redirect(303, '/settings/api-keys');
  });
  return pages;

  function view() {
    return {
      account,
      keys: apiKeys.list(),
      ownId: ownKeys.current?.id,
      requests: requests.recent.slice(0, shownRequests),
      revocationKillsTokens: apiKeys.revocationKillsTokens,
      faults: faults.show(),
    };
  }
}
