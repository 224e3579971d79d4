import type { Setup } from './configuration.ts';
import { fine, note, warning, type Finding } from './finding.ts';
import type { Web } from './web.ts';

/**
 * Checks that pages answer at the origins in ALLOWED_ORIGINS and in the forms' own lists, and that they do
 * not redirect visitors to other origins.
 */
export async function checkAllowedOrigins(
  {
    allowedOrigins,
    allowLocalhost,
    formOrigins,
  }: Pick<Setup, 'allowedOrigins' | 'allowLocalhost' | 'formOrigins'>,
  web: Web,
): Promise<readonly Finding[]> {
  const all = [...new Set([...allowedOrigins, ...[...formOrigins.values()].flat()])];
  const findings = await Promise.all(all.map((origin) => check(origin, all, web)));
  if (allowLocalhost) return [...findings, note('With the sandbox, pages on localhost may embed the form.')];
  return findings.length > 0 ? findings : [note('None is known.')];
}

async function check(origin: string, allowed: readonly string[], web: Web): Promise<Finding> {
  const visit = await web.get(`${origin}/`);
  if (visit.is === 'fault') {
    return warning(
      `${origin} cannot be reached from here: ${visit.reason}.`,
      'See whether it is spelled as in the address bar of the page with your form.',
    );
  }
  const { origin: end } = visit.url;
  if (end === origin) return fine(`${origin} answers.`);
  return allowed.includes(end)
    ? fine(`${origin} leads to ${end}, which is on the list too.`)
    : warning(
        `${origin} leads to ${end}, which is not on the list: a form there would be refused.`,
        `Add it: ALLOWED_ORIGINS=${[...allowed, end].join(',')}`,
      );
}
