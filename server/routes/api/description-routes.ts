import express, { type RequestHandler } from 'express';
import type { PublicAddress } from '../../http/public-address.ts';
import { describeApi, type OpenApi } from '../../openapi/document.ts';
import { renderDocs } from '../../openapi/page.ts';
import { readVersion } from '../../system/product.ts';
import { refuseMethod } from '../answers.ts';

export interface DescriptionRoutesOptions {
  readonly address: PublicAddress;
  /** Counts pages. */
  readonly limitedPages: RequestHandler;
}

/** `/openapi.json` and `/docs`: what this proxy answers, for programs and for people. */
export function createDescriptionRoutes({ address, limitedPages }: DescriptionRoutesOptions): express.Router {
  const version = readVersion();
  /** Making it takes some 30 ms, and all readers of one proxy get the same. */
  let last: { readonly publicUrl: string; readonly description: OpenApi } | undefined;
  const descriptionFor = (publicUrl: string): OpenApi => {
    if (last?.publicUrl !== publicUrl) last = { publicUrl, description: describeApi({ publicUrl, version }) };
    return last.description;
  };

  const routes = express.Router({ caseSensitive: true });
  routes.use(['/openapi.json', '/docs'], limitedPages, (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    if (address.origin === undefined) response.vary('Host');
    next();
  });
  routes
    .route('/openapi.json')
    .get((request, response) => {
      // Viewers on other origins read it, and it is the same for everyone.
      response.set('Access-Control-Allow-Origin', '*').json(descriptionFor(address.of(request)));
    })
    .all(refuseMethod('GET, HEAD'));
  routes
    .route('/docs')
    .get((request, response) => {
      const description = descriptionFor(address.of(request));
      response.send(renderDocs({ description, prefix: address.prefix }));
    })
    .all(refuseMethod('GET, HEAD'));
  return routes;
}
