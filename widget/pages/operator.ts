import { refreshLiveRegions } from './live-regions.ts';

/** Keeps the operator page up to date while somebody looks at it. */
const everyMs = 10_000;

setInterval(() => {
  if (document.visibilityState !== 'visible') return;
  // The proxy is away: the time of the last look stands on the page.
  refreshLiveRegions().catch(() => undefined);
}, everyMs);
