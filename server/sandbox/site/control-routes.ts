import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import { z } from 'zod';
import { readTime, writeTime } from '../api/dates.ts';
import { makeContacts } from '../contacts/made-up.ts';
import { applyFaults, clearFaults, shownFaults } from '../control/controls.ts';
import type { SiteParts } from './site.ts';

/** Refused bodies name what is wanted. */
type Handler = (body: unknown) => Promise<object | undefined> | object | undefined;

/** What tests and developers do with the sandbox over HTTP, as JSON. */
export function createControls(parts: SiteParts): Router {
  const { persons, nights, traffic, requests, clock } = parts;
  const controls = Router();
  const readJson = express.json({ type: () => true, limit: '256kb', strict: false });

  controls
    .route('/sandbox/faults')
    .get(show(() => shownFaults(parts)))
    .put(readJson, async (req, res) => {
      const errors = await applyFaults(parts, req.body);
      if (errors.length > 0) res.status(400).json({ errors });
      else res.json(shownFaults(parts));
    })
    .delete(
      show(() => {
        clearFaults(parts);
        return shownFaults(parts);
      }),
    );

  controls
    .route('/sandbox/traffic')
    .get(show(() => traffic.traffic))
    .delete(
      show(() => {
        traffic.clear();
        return traffic.traffic;
      }),
    );

  controls
    .route('/sandbox/requests')
    .get(show(shownRequests))
    .delete(
      show(() => {
        requests.clear();
        return shownRequests();
      }),
    );

  controls
    .route('/sandbox/clock')
    .get(show(shownClock))
    .put(
      readJson,
      change('"to", a time such as 2026-12-01 01:00:00, or "byS", a number of seconds', async (body) => {
        const sent = clockSchema.safeParse(body);
        if (!sent.success) return undefined;
        await clock.moveTo(sent.data.to ?? clock.now() + (sent.data.byS ?? 0) * 1000);
        await nights.catchUp();
        return shownClock();
      }),
    )
    .delete(async (_req, res) => {
      await clock.reset();
      res.json(shownClock());
    });

  controls
    .route('/sandbox/nights')
    .get(show(shownNights))
    .post(async (_req, res) => {
      await nights.runNow();
      res.json(shownNights());
    });

  controls.post(
    '/sandbox/unsubscribe',
    readJson,
    change('"email" or "id" of a contact', async (body) => {
      const sent = z.object({ email: z.string(), id: z.string() }).partial().safeParse(body);
      if (!sent.success) return undefined;
      const id = sent.data.id ?? (await persons.findByEmail(sent.data.email ?? ''))?.id;
      const person = id === undefined ? undefined : await persons.unsubscribeByClick(id);
      return person && { id: person.id, unsubscribe_reason: person.unsubscribe_reason };
    }),
  );

  controls.post(
    '/sandbox/contacts',
    readJson,
    change('"count", 1 to 1000000, and "days", 0 to 1000', async (body) => {
      const sent = madeSchema.safeParse(body);
      if (!sent.success) return undefined;
      await makeContacts({ persons, now: clock.now() }, sent.data);
      return { made: sent.data.count };
    }),
  );

  controls.use('/sandbox', refuseUnreadable);
  return controls;

  function shownRequests(): object {
    return { requests: requests.recent.map((one) => ({ ...one, at: writeTime(one.at) })) };
  }

  function shownClock(): object {
    return { now: writeTime(clock.now()), offsetS: Math.round(clock.offsetMs / 1000) };
  }

  function shownNights(): object {
    const { setting, next, past } = nights;
    return {
      nightly: setting,
      next: next === undefined ? null : writeTime(next),
      nights: past.map((night) => ({ ...night, at: writeTime(night.at) })),
    };
  }
}

const clockSchema = z
  .strictObject({
    to: z
      .string()
      .transform((text) => readTime(text) ?? NaN)
      .refine((ms) => !Number.isNaN(ms)),
    byS: z.int().min(-1_000_000_000).max(1_000_000_000),
  })
  .partial()
  .refine(({ to, byS }) => (to === undefined) !== (byS === undefined));

export const madeSchema = z.strictObject({
  count: z.coerce.number().int().min(1).max(1_000_000),
  days: z.coerce.number().int().min(0).max(1000).default(30),
});

function show(value: () => object): RequestHandler {
  return (_req, res) => {
    res.json(value());
  };
}

/** A body that is not JSON, or too large. */
const refuseUnreadable: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!z.object({ status: z.int().min(400).max(499) }).safeParse(error).success) next(error);
  else res.status(400).json({ errors: [{ path: '', found: null, wanted: 'JSON of at most 256 kB' }] });
};

/** Answers 400 with what is wanted where the handler cannot do anything with the body. */
function change(wanted: string, handle: Handler): RequestHandler {
  return async (req, res) => {
    const answer = await handle(req.body);
    if (answer) res.json(answer);
    else res.status(400).json({ errors: [{ path: '', found: null, wanted }] });
  };
}
