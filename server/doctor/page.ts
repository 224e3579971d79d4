import { checkEmbedScript, isEmbedPath } from './embed-script.ts';
import { fault, note, warning, type Finding } from './finding.ts';
import { checkFormAddress, isMixedContent } from './form-address.ts';
import { readMarkup, type Markup, type Tag } from './markup.ts';
import { checkPolicies } from './page-policies.ts';
import { heldBack } from './held-back.ts';
import { readPolicies, upgradesInsecure } from './security-policy.ts';
import type { Visited, Web } from './web.ts';

export interface PageOptions {
  readonly web: Web;
  /** What ALLOWED_ORIGINS says here; `undefined` where every page on this machine may embed the form. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** Of the proxy, where it is known. */
  readonly publicUrl: string | undefined;
  /** Where the build of this copy of the product lies. */
  readonly builtDir: string;
}

/** A script tag for the form. */
interface Script {
  readonly tag: Tag;
  readonly url: URL;
}

/** Looks at a page as it is served, and names whatever would keep the form from working on it. */
export async function checkPage(address: string, options: PageOptions): Promise<readonly Finding[]> {
  const visit = await options.web.get(address, { accept: 'text/html' });
  if (visit.is === 'fault') return [fault(`It cannot be fetched: ${visit.reason}.`, 'Mend the address.')];
  const arrived = [
    ...(visit.redirects.length > 0 ? [note(`It leads to ${visit.redirects.join(', and on to ')}.`)] : []),
    ...(visit.isCut ? [warning('It is longer than 2 MiB; what stands behind was not read.')] : []),
  ];
  const unread = whyUnread(visit);
  return unread ? [...arrived, unread] : [...arrived, ...(await checkMarkup(visit, options))];
}

function whyUnread({ status, headers }: Visited): Finding | undefined {
  const type = headers.get('content-type') ?? 'nothing';
  if (status !== 200)
    return fault(`It is answered with ${status}.`, 'Give the address of a page that is there.');
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(type)
    ? undefined
    : fault(`It is ${type}, no page.`, 'Give the address of the page with the form.');
}

async function checkMarkup(visit: Visited, options: PageOptions): Promise<readonly Finding[]> {
  const markup = readMarkup(decode(visit));
  const page = visit.url;
  const policies = readPolicies(visit.headers, markup.policies);
  const resolve = resolver(page, markup.base, upgradesInsecure(policies));
  const scripts = await findScripts(markup, resolve, options);
  const { forms, findings: places } = findForms(markup, scripts, resolve);
  const plain = findPlainForms(markup, resolve);
  const origins = await checkOrigin(page, forms, options);
  const requiresCorp =
    visit.headers.get('cross-origin-embedder-policy')?.trim().startsWith('require-corp') ?? false;
  const loaded = await Promise.all(
    scripts
      .filter(({ tag, url }) => !heldBack(tag) && !isMixedContent(page, url))
      .map(({ tag, url }) =>
        checkEmbedScript({ ...options, url, origin: page.origin, attributes: tag.attributes, requiresCorp }),
      ),
  );
  const mixed = [...scripts.map(({ url }) => url), ...forms].filter((url) => isMixedContent(page, url));
  return [
    ...places,
    ...checkScripts(scripts, markup, options.publicUrl),
    ...unique(mixed).map((url) =>
      fault(
        `The page is loaded by https and ${url.href} by http: browsers block that.`,
        'Have your web server speak TLS for the proxy, and write https here.',
      ),
    ),
    ...loaded.flat(),
    ...origins,
    ...checkPolicies({ policies, page, scripts, forms, plain }),
  ];
}

/** As the header says, else UTF-8; what is looked for is ASCII. */
function decode({ headers, body }: Visited): string {
  const [, charset = 'utf-8'] = /charset="?([\w-]+)/i.exec(headers.get('content-type') ?? '') ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    // A name that nobody knows.
    return body.toString();
  }
}

type Resolve = (text: string | undefined) => URL | undefined;

function resolver(page: URL, base: string | undefined, upgrades: boolean): Resolve {
  const from = base !== undefined && URL.canParse(base, page.href) ? new URL(base, page).href : page.href;
  return (text) => {
    if (text === undefined || text.trim() === '' || !URL.canParse(text, from)) return undefined;
    const url = new URL(text, from);
    if (upgrades && url.protocol === 'http:') url.protocol = 'https:';
    return url;
  };
}

/** Others call their scripts embed.js too, so one is ours by what stands around it, or by what is in it. */
async function findScripts(
  { scripts, elements }: Markup,
  resolve: Resolve,
  { publicUrl, web }: PageOptions,
): Promise<readonly Script[]> {
  const origins = [publicUrl, ...elements.map(({ attributes }) => attributes.get('src'))].map(
    (text) => resolve(text)?.origin,
  );
  const candidates = scripts.flatMap((tag): Script[] => {
    const url = [tag.attributes.get('src'), ...tag.attributes.values()]
      .map(resolve)
      .find((found) => found && isEmbedPath(found.pathname));
    return url ? [{ tag, url }] : [];
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

/** Where forms are to appear, and what is wrong with the places. */
function findForms(
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
    forms.push(new URL(`forms/${encodeURIComponent(form)}`, url));
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

function checkScripts(
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

/** Forms without script that go to a proxy. */
function findPlainForms({ forms }: Markup, resolve: Resolve) {
  return forms.flatMap(({ attributes, isFallback }) => {
    const url = resolve(attributes.get('action'));
    return url && /\/forms\/[^/]+\/?$/.test(url.pathname) ? [{ url, isFallback }] : [];
  });
}

async function checkOrigin(
  { origin }: URL,
  forms: readonly URL[],
  { web, allowedOrigins }: PageOptions,
): Promise<readonly Finding[]> {
  const answers = await Promise.all(forms.map((form) => checkFormAddress(form, origin, web)));
  const isListed = allowedOrigins?.includes(origin) ?? true;
  const isOwn = forms.every((form) => form.origin === origin);
  if (isListed || isOwn || forms.length === 0) return answers;
  const isTaken = answers.every(({ is }) => is === 'fine');
  return [
    ...answers,
    (isTaken ? warning : fault)(
      `${origin} is not in the ALLOWED_ORIGINS that is set here${isTaken ? ', though the proxy takes it' : ''}.`,
      `Add it: ALLOWED_ORIGINS=${[...(allowedOrigins ?? []), origin].join(',')}`,
    ),
  ];
}

function unique(urls: readonly URL[]): readonly URL[] {
  return [...new Map(urls.map((url) => [url.href, url])).values()];
}
