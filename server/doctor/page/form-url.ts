import { z } from 'zod';
import { isLoopback } from '../../system/urls.ts';
import { fault, fine, type Finding } from '../finding.ts';
import { jsonOf, type Web } from '../web.ts';

/** The part of a form's definition that identifies it as one. */
const definitionSchema = z.looseObject({ id: z.string(), fields: z.array(z.unknown()).min(1) });
const problemSchema = z.looseObject({ code: z.string() });

/** Requests a form as the element does on a page of that origin. */
export async function checkFormAddress(url: URL, origin: string, web: Web): Promise<Finding> {
  const visit = await web.get(url.href, { accept: 'application/json', origin });
  if (visit.is === 'fault') {
    return fault(
      `The form at ${url.href} cannot be reached: ${visit.reason}.`,
      'Start the proxy, and see that its public address leads to it.',
    );
  }
  const body = jsonOf(visit);
  const { code } = problemSchema.safeParse(body).data ?? {};
  if (code === 'origin_refused') {
    return fault(
      `The proxy refuses pages on ${origin}, which is not in its ALLOWED_ORIGINS.`,
      `Add ${origin} to ALLOWED_ORIGINS and start the proxy again.`,
    );
  }
  if (code === 'no_such_form') {
    return fault(
      `The proxy has no form of the name in ${url.href}.`,
      '`rasa-signup forms show` lists those there are.',
    );
  }
  if (visit.status !== 200 || !definitionSchema.safeParse(body).success) {
    return fault(
      `${url.href} does not answer as a form does (status ${visit.status}).`,
      'It has to be the address of a form at your proxy, such as https://signup.example.com/forms/newsletter.',
    );
  }
  return checkReadable(url, origin, visit.headers.get('access-control-allow-origin'));
}

function checkReadable(url: URL, origin: string, allowed: string | null): Finding {
  if (url.origin === origin || allowed === origin || allowed === '*') {
    return fine(`The form at ${url.href} answers to pages on ${origin}.`);
  }
  const found =
    allowed === null ? 'no Access-Control-Allow-Origin' : `Access-Control-Allow-Origin ${allowed}`;
  return fault(
    `The form at ${url.href} answers with ${found}, so that a page on ${origin} may not read it.`,
    'Whatever stands in front of the proxy has to leave its headers alone, and to cache nothing across origins ' +
      '(Vary: Origin).',
  );
}

/**
 * Whether browsers block the URL as mixed content: they load nothing by http into an https page, except from
 * the visitor's own machine.
 */
export function isMixedContent(page: URL, url: URL): boolean {
  return page.protocol === 'https:' && url.protocol === 'http:' && !isLoopback(url.hostname);
}
