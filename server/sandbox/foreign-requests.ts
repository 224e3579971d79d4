import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { readUrl, isLoopback } from '../system/urls.ts';

/**
 * Refuses requests with a foreign host name, so that a page on the internet whose name suddenly resolves to
 * this computer cannot reach the sandbox (DNS rebinding). Applies only while the sandbox listens on loopback:
 * on a network it is reached under names that are not known here.
 */
export function refuseForeignHosts(boundHost: string): RequestHandler {
  const isOpen = !isLoopback(boundHost.includes(':') ? `[${boundHost}]` : boundHost);
  return function refuseForeignHost(req, res, next) {
    if (isOpen || isLoopback(hostNameOf(req) ?? '')) next();
    else res.status(403).type('text').send('The sandbox only answers requests to localhost and 127.0.0.1.\n');
  };
}

/**
 * Refuses requests that a browser sends for another site's page. Browsers state the origin of every such
 * request in `Sec-Fetch-Site`, or in `Origin` if the connection is not trustworthy; programs send neither.
 */
export function refuseCrossSite(req: Request, res: Response, next: NextFunction): void {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  const isOwn =
    site === undefined ? origin === undefined || hostOf(origin) === req.host : site === 'same-origin';
  if (isReading || isOwn) next();
  else res.status(403).type('text').send('Requests from pages of other sites are refused.\n');
}

function hostNameOf(req: Request): string | undefined {
  return readUrl(`http://${req.get('host') ?? ''}`)?.hostname;
}

function hostOf(origin: string): string | undefined {
  return readUrl(origin)?.host;
}
