import express, { Router } from 'express';
import { z } from 'zod';
import { applyFaults, clearFaults, shownFaults } from '../control/controls.ts';
import { faultExamples } from '../control/fault-examples.ts';
import type { FaultsIssue } from '../control/fault-schema.ts';
import { variantNames, variants } from '../control/variants.ts';
import { dayMs } from '../figures/issues.ts';
import { faultsPage } from './faults-page.ts';
import { nightsPage } from './nights-page.ts';
import { requestsPage } from './requests-page.ts';
import type { SiteParts } from './site.ts';

/** The pages "Requests", "Nights" and "Faults". */
export function createToolPages(parts: SiteParts): Router {
  const { faults, nights, clock, requests, traffic } = parts;
  const pages = Router();
  const readForm = express.urlencoded({ extended: false, limit: '256kb' });

  pages.get('/requests', (_req, res) => {
    res.send(requestsPage({ requests: requests.recent, traffic: traffic.traffic, faults: faults.show() }));
  });

  pages.get('/nights', (_req, res) => {
    const isMoved = clock.offsetMs !== 0;
    res.send(nightsPage({ nights, now: clock.now(), isMoved, faults: faults.show() }));
  });
  pages.post('/nights', readForm, async (req, res) => {
    const { keep, at } = z.object({ keep: z.string(), at: z.string() }).parse(req.body);
    const patterns = keep.split(/\s+/).filter(Boolean);
    const issues = await change({ nightly: { keep: patterns, at: at.slice(0, 5) } });
    // The fields check what they can, so this is a list that is empty or has an address with two stars.
    if (issues.length > 0) z.never().parse(keep);
    res.redirect(303, '/nights');
  });
  pages.post('/nights/off', async (_req, res) => {
    await nights.set(null);
    res.redirect(303, '/nights');
  });
  pages.post('/nights/run', async (_req, res) => {
    await nights.runNow();
    res.redirect(303, '/nights');
  });
  pages.post('/nights/next', async (_req, res) => {
    await moveTo(nights.next ?? clock.now());
    res.redirect(303, '/nights');
  });
  pages.post('/clock/day', async (_req, res) => {
    await moveTo(clock.now() + dayMs);
    res.redirect(303, '/nights');
  });
  pages.post('/clock/reset', async (_req, res) => {
    await clock.reset();
    res.redirect(303, '/nights');
  });

  pages.get('/faults', (_req, res) => {
    res.send(faultsView());
  });
  pages.post('/faults', readForm, async (req, res) => {
    const { json } = z.object({ json: z.string() }).parse(req.body);
    const issues = await applyFaults(parts, readJson(json));
    if (issues.length === 0) res.redirect(303, '/faults');
    else res.status(400).send(faultsView({ issues, sent: json }));
  });
  pages.post('/faults/off', (_req, res) => {
    clearFaults(parts);
    res.redirect(303, '/faults');
  });
  pages.post('/faults/example', readForm, async (req, res) => {
    const { example } = z.object({ example: z.coerce.number().int() }).parse(req.body);
    await change(readJson(faultExamples[example]?.[0] ?? '{}') as object);
    res.redirect(303, '/faults');
  });
  pages.post('/faults/variants', readForm, async (req, res) => {
    const chosen = variantNames.flatMap((name) => {
      const sent = (req.body as Readonly<Record<string, unknown>> | undefined)?.[name];
      const values: readonly (string | number)[] = variants[name].values;
      const value = values.find((one) => String(one) === sent);
      return value === undefined || value === values[0] ? [] : [[name, value] as const];
    });
    await applyFaults(parts, { ...faults.show(), variants: Object.fromEntries<unknown>(chosen) });
    res.redirect(303, '/faults');
  });

  return pages;

  function faultsView(
    again: { readonly issues?: readonly FaultsIssue[]; readonly sent?: string } = {},
  ): string {
    return faultsPage({
      faults: faults.show(),
      shown: shownFaults(parts),
      chosen: faults.variants,
      ...again,
    });
  }

  /** Adds to the faults that are active. */
  function change(more: object): Promise<readonly FaultsIssue[]> {
    const active = faults.show() as { readonly variants?: object };
    const added = more as { readonly variants?: object };
    return applyFaults(parts, {
      ...active,
      ...more,
      variants: { ...active.variants, ...added.variants },
    });
  }

  async function moveTo(ms: number): Promise<void> {
    await clock.moveTo(ms);
    await nights.catchUp();
  }
}

/** `undefined`, which is no object of faults, where it is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
