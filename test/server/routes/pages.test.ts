import parsePolicy from 'content-security-policy-parser';
import { HtmlValidate } from 'html-validate';
import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, it, vi } from 'vitest';
import { ar } from '../../../shared/messages/ar.ts';
import { en } from '../../../shared/messages/en.ts';
import { everyField, halfFilledIn, issuesOfHalf } from '../../helpers/forms/every-field.ts';
import { formsFile } from '../../helpers/forms/operators-forms.ts';
import { startService } from '../../helpers/server/service.ts';
import { renderFormPages } from '../../helpers/sites/form-pages.ts';
import { ask, hiddenFields, post, type Answered } from '../../helpers/sites/visitor.ts';

const accept = 'text/html';
const listed = 'https://www.example.com';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // Rules of style, not of correctness.
    'doctype-style': 'off',
    'no-implicit-button-type': 'off',
    'no-implicit-input-type': 'off',
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    // Pages load files only from their own origin.
    'require-sri': 'off',
  },
});

function faultsOf(page: string): readonly string[] {
  return validator
    .validateStringSync(page)
    .results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line }) => `${line}: ${ruleId}, ${message}`),
    );
}

type Element = DefaultTreeAdapterTypes.Element;

function elementsIn(page: string): readonly Element[] {
  const within = (node: DefaultTreeAdapterTypes.Node): Element[] => [
    ...(defaultTreeAdapter.isElementNode(node) ? [node] : []),
    ...('childNodes' in node ? node.childNodes.flatMap(within) : []),
  ];
  return within(parse(page));
}

function attributesOf({ attrs }: Element): Record<string, string> {
  return Object.fromEntries(attrs.map(({ name, value }) => [name, value]));
}

/** The content of a page's head: by the name or property of a `<meta>`, or the `rel` of a `<link>`. */
function headOf(page: string): Record<string, string> {
  return Object.fromEntries(
    elementsIn(page)
      .filter(({ tagName }) => tagName === 'meta' || tagName === 'link')
      .map(attributesOf)
      .map(({ name, property, rel, content, href }) => [
        name ?? property ?? rel ?? '',
        content ?? href ?? '',
      ]),
  );
}

/** The pages that the running product serves, by request. */
async function servedPages(): Promise<readonly { path: string; page: string; policy: string }[]> {
  const { url, sandbox } = await startService({ BOT_MODE: 'enforce', ALLOWED_ORIGINS: listed });
  const paths = [
    '/',
    '/forms/newsletter',
    '/forms/newsletter?lang=ar',
    '/forms/nothing',
    '/docs',
    '/nothing',
  ];
  const pages = ['/', '/settings/api-keys', '/requests', '/nights', '/faults', '/nothing'];
  const sandboxPaths = pages.map((path) => (sandbox?.url ?? '') + path);
  const answers: [path: string, answer: Answered][] = [];
  for (const address of [...paths.map((path) => url + path), ...sandboxPaths])
    answers.push([address.replace(/^https?:\/\/[^/]*/, ''), await ask(address, { headers: { accept } })]);
  for (const [fields, headers] of [
    [{ email: 'ada' }, {}],
    [{ email: 'ada@example.com', first_name: 'Ada' }, {}],
    [{ email: 'ada@example.com', your_message: 'hello' }, {}],
    [{ email: 'ada@example.com' }, { 'content-type': 'text/plain' }],
    [{ email: 'ada@example.com' }, { origin: 'https://evil.example' }],
  ] as const) {
    const answer = await post(url, 'plain', fields, headers);
    answers.push([`POST ${answer.status}`, answer]);
    if (answer.status === 200)
      answers.push(['POST 202', await post(url, 'plain', hiddenFields(answer.body))]);
  }
  // Again, now with a contact and a new key.
  await vi.waitFor(async () => {
    const contacts = await ask(sandbox?.url ?? '', { headers: { accept } });
    expect(contacts.body).toContain('ada@example.com');
    answers.push(['/ with a contact', contacts]);
  });
  const made = await ask(`${sandbox?.url ?? ''}/settings/api-keys`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=Second',
  });
  answers.push([`POST /settings/api-keys ${made.status}`, made]);
  return answers.map(([path, { body, headers }]) => ({
    path,
    page: body,
    policy: String(headers['content-security-policy']),
  }));
}

describe('every page', () => {
  const rendered = [en, ar].flatMap((words) =>
    Object.entries(
      renderFormPages({
        definition: everyField(words),
        words,
        values: halfFilledIn,
        issues: issuesOfHalf,
      }),
    ).map(([name, page]) => [`${name}, ${words.lang}`, page] as const),
  );

  it.each(rendered)('is valid HTML with every kind of field: %s', (_name, page) => {
    expect(faultsOf(page)).toEqual([]);
  });

  it('is valid HTML as it is served', async () => {
    for (const { path, page } of await servedPages()) expect(faultsOf(page), path).toEqual([]);
  });

  it('has nothing inline, and a policy that forbids it', async () => {
    for (const { path, page, policy: text } of await servedPages()) {
      const policy = parsePolicy(text);
      expect(policy.get('default-src'), path).toEqual(["'none'"]);
      expect(policy.get('base-uri'), path).toEqual(["'none'"]);
      for (const [directive, sources] of policy) {
        const isOwn = (source: string) => ["'self'", "'none'"].includes(source);
        // The origins that may frame a form's page are a separate list.
        if (directive !== 'frame-ancestors')
          expect(
            sources.filter((source) => !isOwn(source)),
            `${path} ${directive}`,
          ).toEqual([]);
      }
      for (const element of elementsIn(page)) {
        const names = Object.keys(attributesOf(element));
        expect(
          names.filter((name) => name === 'style' || name.startsWith('on')),
          path,
        ).toEqual([]);
        expect(element.tagName, path).not.toBe('style');
        if (element.tagName === 'script') expect(names, path).toContain('src');
      }
    }
  });
});

describe('the hosted page', () => {
  it('describes itself to search engines and messengers, with its public address', async () => {
    const { url } = await startService({ PUBLIC_URL: 'https://signup.example.com', ALLOWED_ORIGINS: listed });
    const headers = { accept };
    const read = async (path: string) => headOf(await (await fetch(url + path, { headers })).text());
    const address = 'https://signup.example.com/forms/newsletter';
    expect(await read('/forms/newsletter?fbclid=1')).toMatchObject({
      canonical: address,
      description: en.page.description,
      'og:url': address,
      'og:title': en.hosted.title,
      'og:description': en.page.description,
      'og:type': 'website',
      'og:image': 'https://signup.example.com/pages/preview.png',
      'twitter:card': 'summary_large_image',
    });
    expect(await read('/forms/newsletter?lang=ar-EG')).toMatchObject({ canonical: `${address}?lang=ar` });
  });

  it('ignores a forged public address', async () => {
    const { url } = await startService();
    const headers = { accept, 'x-forwarded-host': 'evil.example' };
    const page = await (await fetch(`${url}/forms/newsletter`, { headers })).text();
    expect(headOf(page)['canonical']).toBe(`${url}/forms/newsletter`);
    expect(page).not.toContain('evil.example');
  });

  it('may be indexed by search engines, and no other page may', async () => {
    const indexed = [];
    for (const { path, page } of await servedPages()) {
      if (headOf(page)['robots'] === undefined) indexed.push(path);
    }
    expect(indexed).toEqual(['/forms/newsletter', '/forms/newsletter?lang=ar']);
  });

  it('serves the images that it names, and the icon that browsers request by default', async () => {
    const { url } = await startService();
    const page = await (await fetch(`${url}/forms/newsletter`, { headers: { accept } })).text();
    const { 'og:image': image = '', 'apple-touch-icon': touchIcon = '' } = headOf(page);
    for (const [path, type] of [
      [new URL(image).pathname, 'image/png'],
      [touchIcon, 'image/png'],
      ['/pages/icon.svg', 'image/svg+xml'],
      ['/favicon.ico', 'image/x-icon'],
    ] as const) {
      const answer = await fetch(url + path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, type]);
    }
  });

  it('fills in the hidden fields', () => {
    const { hosted = '' } = renderFormPages({
      definition: everyField(),
      words: en,
      values: { utm_campaign: 'spring-and-summer-and-autumn', email: 'ada' },
    });
    const hidden = elementsIn(hosted)
      .map(attributesOf)
      .filter(({ type }) => type === 'hidden');
    expect(Object.fromEntries(hidden.map(({ name, value }) => [name, value]))).toEqual({
      came_from: 'https://www.example.com/?ada',
      stood_on: 'https://signup.example.com/forms/harbour',
      campaign: 'spring-and-summer-an',
    });
  });

  it('may be framed only by the pages on the list', async () => {
    const { url } = await startService({
      ALLOWED_ORIGINS: listed,
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'b',
      RASA_API_KEY: 'c',
    });
    const framedBy = async (path: string) => {
      const answer = await fetch(url + path, { headers: { accept } });
      return parsePolicy(answer.headers.get('content-security-policy') ?? '').get('frame-ancestors');
    };
    expect(await framedBy('/forms/newsletter')).toEqual(["'self'", listed]);
    expect(await framedBy('/')).toEqual(["'none'"]);
  });

  it("may be framed by the form's own list of pages, and so may its answers", async () => {
    const own = 'https://harbour.example';
    const { url } = await startService({
      ALLOWED_ORIGINS: listed,
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'b',
      RASA_API_KEY: 'c',
      ...(await formsFile({ newsletter: { fields: ['email'], origins: [own] } })),
    });
    const hosted = await ask(`${url}/forms/newsletter`, { headers: { accept } });
    for (const answer of [hosted, await post(url, 'plain', { email: 'ada' })]) {
      const policy = parsePolicy(String(answer.headers['content-security-policy']));
      expect(policy.get('frame-ancestors')).toEqual(["'self'", own]);
    }
  });

  it('is in one of its languages, and links the others', async () => {
    const { url } = await startService(
      await formsFile({ newsletter: { fields: ['email'], languages: ['de', 'fr'] } }),
    );
    const read = async (lang: string) => {
      const { body, headers } = await ask(`${url}/forms/newsletter`, {
        headers: { accept, 'accept-language': lang },
      });
      const elements = elementsIn(body).map((element) => ({
        tagName: element.tagName,
        ...attributesOf(element),
      }));
      return {
        lang: elements.find(({ tagName }) => tagName === 'html'),
        header: headers['content-language'],
        others: elements.flatMap((element) => ('hreflang' in element ? element : [])),
      };
    };
    for (const [wanted, given] of [
      ['fr', 'fr'],
      ['ar', 'de'],
    ] as const) {
      expect(await read(wanted)).toMatchObject({
        lang: { lang: given, dir: 'ltr' },
        header: given,
        others: ['de', 'fr'].map((lang) => ({
          hreflang: lang,
          href: `${url}/forms/newsletter?lang=${lang}`,
        })),
      });
    }
  });
});

describe('the QR code', () => {
  it('may be cached, and loads nothing', async () => {
    const { url } = await startService();
    const answer = await fetch(`${url}/forms/newsletter/qr.svg`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const image = await answer.text();
    expect(image).toMatch(/^<svg\s[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(image).not.toMatch(/style|script|href|data:/);
  });

  it("does not depend on the browser's language, and does not exist for an unknown form", async () => {
    const { url } = await startService();
    const codeFor = async (lang: string) =>
      (await fetch(`${url}/forms/newsletter/qr.svg`, { headers: { 'accept-language': lang } })).text();
    expect(await codeFor('de')).toBe(await codeFor('ar'));
    expect((await fetch(`${url}/forms/nothing/qr.svg`)).status).toBe(404);
    expect((await fetch(`${url}/forms/newsletter/qr.svg`, { method: 'POST' })).status).toBe(405);
  });
});

describe('a page that cannot take the sign-up', () => {
  it('keeps what was typed, for a later attempt', async () => {
    const { url } = await startService({ RATE_FORM: '1/10m' });
    const send = (email: string) => post(url, 'plain', { email, first_name: 'Ada' });
    expect((await send('ada@example.com')).status).toBe(202);
    const { status, headers, body } = await send('grace@example.com');
    expect(status).toBe(429);
    expect(headers['retry-after']).toBeDefined();
    expect(body).toContain(en.texts.problems.rate_limited);
    const values = elementsIn(body)
      .map(attributesOf)
      .map(({ value }) => value);
    expect(values).toEqual(expect.arrayContaining(['grace@example.com', 'Ada']));
  });

  it('links to the form if it exists', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: listed });
    const linksOf = async (path: string) => {
      const { body } = await ask(url + path, {
        method: 'POST',
        headers: { accept, origin: 'https://evil.example' },
      });
      return elementsIn(body)
        .filter(({ tagName }) => tagName === 'a')
        .map((link) => attributesOf(link)['href']);
    };
    expect(await linksOf('/forms/newsletter?lang=de')).toEqual(['/forms/newsletter?lang=de']);
    expect(await linksOf('/forms/nothing')).toEqual([]);
  });
});
