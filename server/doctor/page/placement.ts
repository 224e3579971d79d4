import { readUrl } from '../../system/urls.ts';
import { fault, warning, type Finding } from '../finding.ts';
import type { Web } from '../web.ts';
import { heldBack } from './delayed-script.ts';
import { isEmbedPath } from './embed-script.ts';
import type { Markup, Tag } from './markup.ts';

/**
 * A script tag of the product on a page. This module finds the product's script tags and elements, the forms
 * that they place, and mistakes in their placement.
 */
export interface Script {
  readonly tag: Tag;
  readonly url: URL;
}

/** Resolves a URL relative to the page; `undefined` if it is invalid. */
export type Resolve = (text: string | undefined) => URL | undefined;

/**
 * Finds the product's script tags. Other scripts are named embed.js too, so the markup around the tag or the
 * script's content decides.
 */
export async function findScripts(
  { scripts, elements }: Markup,
  resolve: Resolve,
  { publicUrl, web }: { readonly publicUrl: string | undefined; readonly web: Web },
): Promise<readonly Script[]> {
  const origins = [publicUrl, ...elements.map(({ attributes }) => attributes.get('src'))].map(
    (text) => resolve(text)?.origin,
  );
  const candidates = scripts.flatMap((tag): Script[] => {
    const { attributes } = tag;
    const url = [attributes.get('src'), ...attributes.values()]
      .map(resolve)
      .find((found) => found && isEmbedPath(found.pathname));
    // A script tag that names its form's full URL may load the script from a cache, under any name.
    const cached = isFormAddress(attributes.get('data-form')) ? resolve(attributes.get('src')) : undefined;
    const script = url ?? cached;
    return script ? [{ tag, url: script }] : [];
  });
  const ours = await Promise.all(
    candidates.map(async ({ tag, url }) => {
      if (tag.attributes.has('data-form') || origins.includes(url.origin)) return true;
      const visit = await web.get(url.href);
      return visit.is === 'answer' && visit.body.includes('rasa-signup');
    }),
  );
  return candidates.filter((_candidate, index) => ours[index]);
}

/** Finds the places where forms are to appear, and mistakes in them. */
export function findForms(
  { elements, deadSnippets }: Markup,
  scripts: readonly Script[],
  resolve: Resolve,
): { readonly forms: readonly URL[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const forms: URL[] = [];
  for (const { attributes } of elements) {
    const src = attributes.get('src');
    const url = resolve(src);
    if (url) forms.push(url);
    else {
      findings.push(
        fault(
          `<rasa-signup> has ${src === undefined ? 'no src' : `the src ${JSON.stringify(src)}, which is no address`}.`,
          'Write the address of the form at your proxy: src="https://signup.example.com/forms/newsletter".',
        ),
      );
    }
  }
  for (const { tag, url } of scripts) {
    const form = tag.attributes.get('data-form');
    if (form === undefined || tag.next === 'rasa-signup') continue;
    if (tag.isInHead) {
      findings.push(
        fault(
          'The script tag with data-form stands in the head of the page, where no form shows.',
          'Move it to the place in the body where the form is to be.',
        ),
      );
    }
    forms.push(isFormAddress(form) ? new URL(form) : new URL(`forms/${encodeURIComponent(form)}`, url));
  }
  if (elements.length === 0 && scripts.length === 0) findings.push(nothingThere(deadSnippets));
  else if (scripts.length === 0) {
    findings.push(
      fault(
        '<rasa-signup> is there and its script is not, so that only its fallback shows.',
        `Add it: <script async src="${new URL('../embed.js', forms[0] ?? example).href}"></script>`,
      ),
    );
  } else if (forms.length === 0 && elements.length === 0) {
    findings.push(
      fault(
        'The script is there, and nothing says where the form goes.',
        'Add data-form="newsletter" to the script tag; or put <rasa-signup src="…/forms/newsletter"> where it goes.',
      ),
    );
  }
  const twice = forms.filter((url, index) => forms.findIndex(({ href }) => href === url.href) < index);
  for (const url of unique(twice)) {
    findings.push(
      warning(`The form ${url.href} is placed more than once.`, 'Leave one, unless you want it that often.'),
    );
  }
  return { forms: unique(forms), findings };
}

/** Whether the value is a form's URL and not its name, decided as in `widget/embed.ts`. */
function isFormAddress(form: string | undefined): form is string {
  return form !== undefined && /^https?:\/\/.+\/forms\/./.test(form) && readUrl(form) !== undefined;
}

const example = 'https://signup.example.com/forms/newsletter';

function nothingThere(dead: Markup['deadSnippets']): Finding {
  const [place] = dead;
  return place === undefined
    ? fault(
        'There is neither the script nor <rasa-signup> in what the server sends.',
        'Paste the snippet from the start page of your proxy. Where another script adds it later, it cannot be seen from here.',
      )
    : fault(
        `The snippet stands in ${place}, where browsers do not run it.`,
        'Paste it as HTML ("custom HTML", "code block"), not as text.',
      );
}

/** Mistakes in the script tags themselves. */
export function checkScripts(
  scripts: readonly Script[],
  { scripts: all }: Markup,
  publicUrl: string | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (scripts.length > 1) {
    findings.push(
      warning(`The script is on the page ${scripts.length} times.`, 'One is enough for all forms.'),
    );
  }
  for (const { tag, url } of scripts) {
    const held = heldBack(tag);
    if (held) findings.push(held);
    if (publicUrl !== undefined && !url.href.startsWith(publicUrl.replace(/\/*$/, '/'))) {
      findings.push(
        fault(
          `The script comes from ${url.href}, and the proxy is at ${publicUrl}.`,
          `Write src="${new URL('embed.js', publicUrl.replace(/\/*$/, '/')).href}".`,
        ),
      );
    }
  }
  const rocket = all.some(({ attributes }) => attributes.get('src')?.includes('rocket-loader') ?? false);
  if (rocket && scripts.some(({ tag }) => tag.attributes.get('data-cfasync') !== 'false')) {
    findings.push(
      warning(
        "Cloudflare's Rocket Loader is on the page and loads the script late.",
        'Add data-cfasync="false" to the script tag, before its src.',
      ),
    );
  }
  return findings;
}

/** Plain forms that are sent to a proxy. */
export function findPlainForms({ forms }: Markup, resolve: Resolve) {
  return forms.flatMap(({ attributes, isFallback }) => {
    const url = resolve(attributes.get('action'));
    return url && /\/forms\/[^/]+\/?$/.test(url.pathname) ? [{ url, isFallback }] : [];
  });
}

export function unique(urls: readonly URL[]): readonly URL[] {
  return [...new Map(urls.map((url) => [url.href, url])).values()];
}
