import { fault, warning, type Finding } from '../finding.ts';
import type { Tag } from './markup.ts';

/** Reports an optimiser or a consent tool that keeps the script from running on page load. */
export function heldBack({ attributes }: Tag): Finding | undefined {
  const type = (attributes.get('type') ?? '').trim().toLowerCase();
  const names = [...attributes.keys()];
  if (type === 'rocketlazyloadscript' || names.some((name) => name.startsWith('data-rocket-'))) {
    return late(
      'WP Rocket delays the script until the visitor moves',
      'Exclude embed.js from "Delay JavaScript execution".',
    );
  }
  if (type.startsWith('litespeed/')) {
    return late(
      'LiteSpeed Cache delays the script until the visitor moves',
      'Exclude embed.js from its JS delay.',
    );
  }
  if (/^[0-9a-f]+-(text\/javascript|module)$/.test(type)) {
    return late(
      "Cloudflare's Rocket Loader loads the script late",
      'Add data-cfasync="false" to the script tag, before its src.',
    );
  }
  if (!isRun(type)) {
    return fault(
      `The script tag has type="${type}", so that browsers do not run it; a consent tool may do so later, or never.`,
      'Take the type away; the form sets no cookies and stores nothing. Or see that the tool lets the script through.',
    );
  }
  if (attributes.has('src')) return undefined;
  const name = names.find((candidate) => candidate.startsWith('data-')) ?? 'another attribute';
  return fault(
    `The script's address stands in ${name} and not in src, so that only another script can load it, late or never.`,
    'Exclude embed.js from what delays scripts on this site.',
  );
}

function late(what: string, remedy: string): Finding {
  return warning(`${what}, and the form with it.`, remedy);
}

/**
 * Whether browsers run a script of this type: see
 * https://mimesniff.spec.whatwg.org/#javascript-mime-type, and modules.
 */
function isRun(type: string): boolean {
  return type === '' || type === 'module' || /^(text|application)\/(x-)?(java|ecma)script$/.test(type);
}
