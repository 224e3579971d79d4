import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { readUrl, isLoopback } from '../system/urls.ts';

/**
 * Refuses requests that name a foreign host, so that a page on the internet whose name suddenly resolves to this
 * computer cannot talk to the sandbox (DNS rebinding). Only while the sandbox listens on loopback: whoever opens it
 * to a network reaches it under names that are not known here.
 */
export function refuseForeignHosts(boundHost: string): RequestHandler {
  const isOpen = !isLoopback(boundHost.includes(':') ? `[${boundHost}]` : boundHost);
  return function refuseForeignHost(req, res, next) {
    if (isOpen || isLoopback(hostNameOf(req) ?? '')) next();
    else res.status(403).type('text').send('The sandbox answers to localhost and 127.0.0.1 only.\n');
  };
}

/**
 * Refuses what another site's page makes a browser send. Browsers tell the origin of every such request by
 * `Sec-Fetch-Site`, or by `Origin` where the connection is not trustworthy; programs send neither.
 */
export function refuseCrossSite(req: Request, res: Response, next: NextFunction): void {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  const isOwn =
    site === undefined ? origin === undefined || hostOf(origin) === req.host : site === 'same-origin';
  if (isReading || isOwn) next();
  else res.status(403).type('text').send('This was sent by a page of another site.\n');
}

function hostNameOf(req: Request): string | undefined {
  return readUrl(`http://${req.get('host') ?? ''}`)?.hostname;
}

function hostOf(origin: string): string | undefined {
  return readUrl(origin)?.host;
}
