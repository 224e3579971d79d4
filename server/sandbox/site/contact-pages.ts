import express, { Router, type Response } from 'express';
import { z } from 'zod';
import { makeContacts } from '../contacts/made-up.ts';
import { countStates, searchContacts, states } from '../contacts/search.ts';
import { contactsPage, contactsPerPage } from './contacts-page.ts';
import { madeSchema } from './control-routes.ts';
import { failurePage } from './frame.ts';
import type { SiteParts } from './site.ts';

const querySchema = z.object({
  q: z.string().trim().max(100).catch(''),
  state: z.literal(states).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
});

/** The page of the contacts, and what its buttons do. */
export function createContactPages({ database, persons, faults, clock }: SiteParts): Router {
  const pages = Router();
  const readForm = express.urlencoded({ extended: false, limit: '8kb' });

  pages.get('/', async (req, res) => {
    const { q: text, state, page } = querySchema.parse(req.query);
    const skip = (page - 1) * contactsPerPage;
    const found = await searchContacts(database, { text, state, skip, limit: contactsPerPage });
    const counts = await countStates(database);
    res.send(contactsPage({ ...found, counts, text, state, page, faults: faults.show() }));
  });

  pages.post('/contacts/delete', async (_req, res) => {
    await persons.removeAll();
    res.redirect(303, '/');
  });
  pages.post('/contacts/make', readForm, async (req, res) => {
    await makeContacts({ persons, now: clock.now() }, madeSchema.parse(req.body));
    res.redirect(303, '/');
  });

  pages.post('/contacts/:id/unsubscribe', async (req, res) => {
    answer(res, await persons.unsubscribeByClick(req.params.id));
  });
  for (const [action, item] of Object.entries({
    subscribe: { is_subscribed: true },
    archive: { is_archived: true },
    restore: { is_archived: false },
  })) {
    pages.post(`/contacts/:id/${action}`, async (req, res) => {
      const [saved] = await persons.update([{ id: req.params.id, item }]);
      answer(res, saved?.status === 'updated' ? saved : undefined);
    });
  }
  return pages;

  /** Back to the page where the button was, without its search. */
  function answer(res: Response, done: object | undefined): void {
    if (done) res.redirect(303, '/');
    else res.status(404).send(failurePage('There is no such contact'));
  }
}
