import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { Brand, BrandImage } from '../../forms/brand/brand.ts';
import type { Forms } from '../../forms/forms.ts';
import { problem } from '../../http/problem.ts';
import { refuseMethod, sendProblem } from '../answers.ts';

/**
 * The colours and pictures of a form’s own page. They are in memory, the same for everybody, and counted in
 * no quota, like the script.
 */
export function createBrandRoutes(forms: Pick<Forms, 'find'>): express.Router {
  const routes = express.Router({ caseSensitive: true });
  routes
    .route('/forms/:form/brand/colours.css')
    .get(
      withBrand((brand, request, response) => {
        const bytes = Buffer.from(brand.sheet);
        const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
        send({ type: 'text/css; charset=utf-8', bytes, hash }, request, response);
      }),
    )
    .all(refuseMethod('GET, HEAD'));
  for (const name of ['logo', 'picture'] as const) {
    routes
      .route(`/forms/:form/brand/${name}`)
      .get(
        withBrand((brand, request, response) => {
          const image = brand[name];
          if (image) send(image, request, response);
          else sendProblem(request, response, problem('not_found'));
        }),
      )
      .all(refuseMethod('GET, HEAD'));
  }
  return routes;

  function withBrand(
    answer: (brand: Brand, request: Request, response: Response) => void,
  ): RequestHandler<{ form: string }> {
    return (request, response) => {
      const form = forms.find(request.params.form);
      const [words] = form?.languages ?? [];
      const brand = words && form?.brandIn(words);
      if (brand) answer(brand, request, response);
      else sendProblem(request, response, problem(form ? 'not_found' : 'no_such_form'));
    };
  }
}

function send({ type, bytes, hash }: BrandImage, request: Request, response: Response): void {
  response.set({
    'Content-Type': type,
    'Cache-Control': 'no-cache',
    ETag: `"${hash}"`,
    // An SVG that is opened by itself could run scripts otherwise.
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  if (request.fresh) response.status(304).end();
  else response.end(request.method === 'HEAD' ? undefined : bytes);
}
