import { decoded, readUrl } from '../../system/urls.ts';
import { fault, note, warning, type Finding } from '../finding.ts';
import type { Visited, Web } from '../web.ts';
import { heldBack } from './delayed-script.ts';
import { checkEmbedScript } from './embed-script.ts';
import { checkFormAddress, isMixedContent } from './form-url.ts';
import { readMarkup } from './markup.ts';
import { checkPolicies } from './page-policies.ts';
import { checkScripts, findForms, findPlainForms, findScripts, unique, type Resolve } from './placement.ts';
import { readPolicies, upgradesInsecure } from './security-policy.ts';

export interface PageOptions {
  readonly web: Web;
  /** The value of ALLOWED_ORIGINS here; `undefined` if every page on this machine may embed the form. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** The origins of forms that list their own instead, by form id. */
  readonly formOrigins?: ReadonlyMap<string, readonly string[]>;
  /** The proxy's public URL, if it is known. */
  readonly publicUrl: string | undefined;
  /** Directory of this installation's build. */
  readonly builtDir: string;
}

/** Checks a page as it is served, and reports what would keep the form from working on it. */
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

/** Decodes with the charset of the header, else UTF-8; the text to find is ASCII. */
function decode({ headers, body }: Visited): string {
  const [, charset = 'utf-8'] = /charset="?([\w-]+)/i.exec(headers.get('content-type') ?? '') ?? [];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    // An unknown charset.
    return body.toString();
  }
}

function resolver(page: URL, base: string | undefined, upgrades: boolean): Resolve {
  const from = (base === undefined ? undefined : readUrl(base, page.href)?.href) ?? page.href;
  return (text) => {
    const url = text === undefined || text.trim() === '' ? undefined : readUrl(text, from);
    if (upgrades && url?.protocol === 'http:') url.protocol = 'https:';
    return url;
  };
}

async function checkOrigin(
  { origin }: URL,
  forms: readonly URL[],
  { web, allowedOrigins, formOrigins }: PageOptions,
): Promise<readonly Finding[]> {
  const answers = await Promise.all(forms.map((form) => checkFormAddress(form, origin, web)));
  const isOwn = forms.every((form) => form.origin === origin);
  if (!allowedOrigins || isOwn) return answers;
  const isTaken = answers.every(({ is }) => is === 'fine');
  const lists = unique(forms).map((form) => {
    const id = decoded(/[^/]*$/.exec(form.pathname)?.[0] ?? '');
    const own = formOrigins?.get(id);
    return own
      ? {
          listed: own,
          name: `the origins of the form ${JSON.stringify(id)}`,
          remedy: 'Add it to them in FORMS_FILE.',
        }
      : {
          listed: allowedOrigins,
          name: 'the ALLOWED_ORIGINS that is set here',
          remedy: `Add it: ALLOWED_ORIGINS=${[...allowedOrigins, origin].join(',')}`,
        };
  });
  // Several forms may share a list.
  const missing = new Map(
    lists.filter(({ listed }) => !listed.includes(origin)).map((list) => [list.name, list.remedy]),
  );
  const tell = isTaken ? warning : fault;
  return [
    ...answers,
    ...[...missing].map(([name, remedy]) =>
      tell(`${origin} is not in ${name}${isTaken ? ', though the proxy takes it' : ''}.`, remedy),
    ),
  ];
}
