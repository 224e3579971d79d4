import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../server/doctor/doctor.ts';
import { checkPage, type PageOptions } from '../../../server/doctor/page/page.ts';
import { createWeb } from '../../../server/doctor/web.ts';
import { complaintsIn, examine, wordsIn } from '../../helpers/server/doctor.ts';
import { builtDir } from '../../helpers/server/sandbox.ts';
import { serviceForAll, startService } from '../../helpers/server/service.ts';
import { serve } from '../../helpers/sites/serve.ts';

interface Served {
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const service = serviceForAll();

/** What the doctor finds on a page; `PROXY` in the markup is replaced by the proxy's URL. */
async function look(
  page: Served | string,
  options: Partial<PageOptions> = {},
): Promise<{ readonly findings: readonly Finding[]; readonly proxy: string; readonly origin: string }> {
  const { url: proxy } = service();
  const { html, headers = {} } = typeof page === 'string' ? { html: page } : page;
  const filled = (text: string) => text.replaceAll('PROXY', proxy).replaceAll('HOST', new URL(proxy).host);
  const origin = await serve((_request, response) => {
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)]));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...sent }).end(filled(html));
  });
  const findings = await checkPage(`${origin}/page`, {
    web: createWeb(),
    allowedOrigins: undefined,
    publicUrl: undefined,
    builtDir,
    ...options,
  });
  return { findings, proxy, origin };
}

const complaintsOn = async (page: Served | string, options: Partial<PageOptions> = {}) => {
  const { findings, proxy, origin } = await look(page, options);
  return complaintsIn(findings).map((text) => text.replaceAll(proxy, 'PROXY').replaceAll(origin, 'PAGE'));
};

const head = '<!doctype html><title>A page</title><body>';
const scriptTag = '<script async src="PROXY/embed.js" data-form="newsletter"></script>';
const element = '<rasa-signup src="PROXY/forms/newsletter"></rasa-signup>';
const bareScript = '<script async src="PROXY/embed.js"></script>';
const withPolicy = (policy: string, html = head + scriptTag): Served => ({
  html,
  headers: { 'content-security-policy': policy },
});
const withMeta = (policy: string) =>
  `<!doctype html><head><meta http-equiv="Content-Security-Policy" content="${policy}"></head><body>${scriptTag}`;

describe('a page with the form', () => {
  it.each<[string, Served | string]>([
    ['from the script tag', head + scriptTag],
    [
      'whose whole address stands in the script tag',
      head + scriptTag.replace('newsletter', 'PROXY/forms/newsletter'),
    ],
    ['as an element', head + element + bareScript],
    ['as an element behind its script tag', head + scriptTag + element],
    ['with the copy that has a hash in its name', head + scriptTag.replace('embed.js', copyName())],
    ['as a module', head + scriptTag.replace('async', 'type="module"')],
    [
      'relative to <base>',
      `<base href="PROXY/">${head}<script src="embed.js" data-form="newsletter"></script>`,
    ],
    ["beside another product's embed.js", `${head}<script src="/player/embed.js"></script>${scriptTag}`],
    [
      'under a policy that names the proxy',
      withPolicy("default-src 'self'; script-src PROXY; connect-src PROXY"),
    ],
    ['under one that names it by host', withPolicy('script-src HOST; connect-src http:')],
    ['under one that names its path', withPolicy('script-src PROXY/embed.js; connect-src PROXY/forms/')],
    ['under one that allows everything', withPolicy('default-src *')],
    [
      'under one by nonce',
      withPolicy("script-src 'nonce-abc' 'strict-dynamic'", head + scriptTag.replace('async', 'nonce="abc"')),
    ],
    ['under one that asks for trusted types', withPolicy("require-trusted-types-for 'script'")],
    ['under one that names its trusted types', withPolicy('trusted-types lit-html rasa-signup')],
    ['under one that names all of them', withPolicy('trusted-types *')],
    [
      'isolated from other origins',
      { html: head + scriptTag, headers: { 'cross-origin-embedder-policy': 'require-corp' } },
    ],
    [
      'under a policy that stands in the body, which counts for nothing',
      `${head}<body><p><meta http-equiv="Content-Security-Policy" content="default-src 'none'">${scriptTag}`,
    ],
  ])('%s is fine', async (_name, page) => {
    const { findings, proxy, origin } = await look(page);
    expect(complaintsIn(findings)).toEqual([]);
    expect(wordsIn(findings)).toContain(
      `The form at ${proxy}/forms/newsletter answers to pages on ${origin}.`,
    );
    expect(wordsIn(findings)).toContain('the same as is built here');
  });
});

describe('a page where the form would not work', () => {
  it.each<[string, Served | string, string, RegExp]>([
    ['has nothing of it', head, 'There is neither the script nor <rasa-signup>', /Paste the snippet/],
    ['has it in a comment', `${head}<!-- ${scriptTag} -->`, 'The snippet stands in a comment', /as HTML/],
    [
      'has it as text',
      `${head}<p>${scriptTag.replaceAll('<', '&lt;')}`,
      'The snippet stands in text',
      /as HTML/,
    ],
    [
      'has it in a template',
      `${head}<template>${scriptTag}</template>`,
      'The snippet stands in a template',
      /as HTML/,
    ],
    [
      'has it in noscript',
      `${head}<body><noscript>${scriptTag}</noscript>`,
      'The snippet stands in noscript',
      /as HTML/,
    ],
    [
      'has the element without its script',
      head + element,
      '<rasa-signup> is there and its script is not',
      /<script async src="PROXY\/embed\.js"><\/script>/,
    ],
    [
      'has the script without a place',
      head + bareScript,
      'nothing says where the form goes',
      /data-form="newsletter"/,
    ],
    [
      'has it in its head',
      `<!doctype html><title>A page</title>${scriptTag}<p>Sign up:</p>`,
      'stands in the head of the page',
      /Move it to the place in the body/,
    ],
    [
      'has an element without src',
      `${head}<rasa-signup></rasa-signup>${bareScript}`,
      '<rasa-signup> has no src',
      /src="https:\/\/signup/,
    ],
    [
      'has a src that is no address',
      `${head}<rasa-signup src="http://["></rasa-signup>${bareScript}`,
      'which is no address',
      /src="https:\/\/signup/,
    ],
    [
      'names a form that is not there',
      head + scriptTag.replace('newsletter', 'events'),
      'The proxy has no form of the name in PROXY/forms/events',
      /forms show/,
    ],
    [
      'names an address that is no form',
      `${head}<rasa-signup src="PROXY/healthz"></rasa-signup>${bareScript}`,
      'PROXY/healthz does not answer as a form does (status 200)',
      /\/forms\/newsletter/,
    ],
    [
      'names an address where nobody is',
      `${head}<rasa-signup src="http://127.0.0.1:9/forms/newsletter"></rasa-signup>${bareScript}`,
      'cannot be reached',
      /Start the proxy/,
    ],
    [
      'has a script that is not there',
      head + element + bareScript.replace('embed.js', 'old/embed.js'),
      'is answered with 404',
      /\/embed\.js at your proxy/,
    ],
    [
      'has the copy of an old version',
      head + scriptTag.replace('embed.js', 'embed.0123456789abcdef.js'),
      'the copy of another version, which the proxy no longer has',
      new RegExp(copyName()),
    ],
    [
      'has another script under integrity',
      head + scriptTag.replace('async', `integrity="sha384-${'A'.repeat(64)}" crossorigin="anonymous"`),
      'does not fit what is there',
      /integrity="sha384-/,
    ],
    [
      'has integrity without crossorigin',
      head + scriptTag.replace('async', `integrity="${integrity()}"`),
      'has integrity without crossorigin',
      /crossorigin="anonymous"/,
    ],
    [
      'holds the script back by its type',
      head + scriptTag.replace('async', 'type="text/plain" data-category="marketing"'),
      'has type="text/plain"',
      /Take the type away/,
    ],
    [
      'has the address in another attribute',
      head + scriptTag.replace(' src=', ' data-src='),
      'stands in data-src and not in src',
      /Exclude embed\.js/,
    ],
  ])('%s', async (_name, page, what, remedy) => {
    const faults = (await complaintsOn(page)).filter((text) => text.startsWith('fault'));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(what);
    expect(faults[0]?.split(' → ')[1]).toMatch(remedy);
  });

  it.each<[string, Served | string, string]>([
    [
      'script-src',
      withPolicy("script-src 'self'"),
      "blocks the script PROXY/embed.js: script-src. → Add the source to the directive: script-src 'self' PROXY",
    ],
    [
      'script-src-elem',
      withPolicy("script-src PROXY; script-src-elem 'self'"),
      "script-src-elem. → Add the source to the directive: script-src-elem 'self' PROXY",
    ],
    [
      'default-src for the script',
      withPolicy("default-src 'none'; connect-src PROXY"),
      'default-src. → Without script-src default-src decides. Add the directive: script-src PROXY',
    ],
    [
      'default-src for the request',
      withPolicy("default-src 'self'; script-src PROXY"),
      "blocks what the form sends to PROXY/forms/newsletter: default-src. → Without connect-src default-src decides. Add the directive: connect-src 'self' PROXY",
    ],
    [
      'connect-src',
      withPolicy('script-src PROXY; connect-src https://api.example.com'),
      'connect-src. → Add the source to the directive: connect-src https://api.example.com PROXY',
    ],
    [
      'a host with another port',
      withPolicy('script-src http://localhost:1'),
      'script-src http://localhost:1 PROXY',
    ],
    ['https for http', withPolicy('script-src https:'), 'script-src https: PROXY'],
    ['a path of something else', withPolicy('script-src PROXY/other/'), 'script-src PROXY/other/ PROXY'],
    [
      'strict-dynamic',
      withPolicy("script-src PROXY 'nonce-abc' 'strict-dynamic'"),
      'Give the script tag the nonce that',
    ],
    [
      'another nonce',
      withPolicy("script-src 'nonce-abc'", head + scriptTag.replace('async', 'nonce="xyz"')),
      "script-src 'nonce-abc' PROXY",
    ],
    [
      'trusted-types',
      withPolicy('trusted-types default'),
      'blocks what draws the form: trusted-types. → Add the name to the directive: trusted-types default rasa-signup',
    ],
    [
      'trusted-types, which once had to name lit',
      withPolicy('trusted-types lit-html'),
      'trusted-types lit-html rasa-signup',
    ],
    [
      'no trusted-types at all',
      withPolicy("trusted-types 'none'"),
      'Add the name to the directive: trusted-types rasa-signup',
    ],
    ['sandbox', withPolicy('sandbox allow-forms'), 'Add allow-scripts and allow-same-origin to sandbox.'],
    ['a meta tag', withMeta("script-src 'self'"), '(meta tag) blocks the script'],
    [
      'the second of two policies in one header',
      withPolicy('script-src PROXY, script-src https://other.example'),
      'script-src https://other.example PROXY',
    ],
    [
      'form-action for a plain form',
      withPolicy(
        "form-action 'self'",
        `${head}${scriptTag}<form method="post" action="PROXY/forms/newsletter"></form>`,
      ),
      "blocks the plain form to PROXY/forms/newsletter: form-action. → Add the source to the directive: form-action 'self' PROXY",
    ],
  ])('blocks it by its policy: %s', async (_name, page, words) => {
    const complaints = await complaintsOn(page);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(/^fault: The Content-Security-Policy/);
    expect(complaints[0]).toContain(words);
  });

  it('blocks it in several ways, and all are reported', async () => {
    const { findings } = await look({
      html: withMeta("default-src 'self'"),
      headers: { 'content-security-policy': "connect-src 'none'" },
    });
    const words = complaintsIn(findings);
    expect(words.filter((text) => text.includes('(header)'))).toHaveLength(1);
    expect(words.filter((text) => text.includes('(meta tag)'))).toHaveLength(2);
  });

  it('is isolated, and the headers it needs are lost on the way from the proxy', async () => {
    const bare = await serve((request, response) => {
      const isScript = request.url === '/embed.js';
      response
        .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'application/json' })
        .end(isScript ? 'rasa-signup' : '{"id":"newsletter","fields":[{}]}');
    });
    const html = `${head}<script src="${bare}/embed.js" data-form="newsletter"></script>`;
    const isolated = await look({ html, headers: { 'cross-origin-embedder-policy': 'require-corp' } });
    const words = complaintsIn(isolated.findings);
    expect(words[0]).toContain('no Cross-Origin-Resource-Policy, which this page');
    expect(words[1]).toContain('answers with no Access-Control-Allow-Origin');
    const withCors = await look(html.replace('<script ', '<script crossorigin '));
    expect(complaintsIn(withCors.findings)[0]).toContain('comes without Access-Control-Allow-Origin');
  });

  it('loads a script of another version, or something that is not a script', async () => {
    const other = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end('rasa-signup of yesterday');
    });
    const old = await look(`${head}<script src="${other}/embed.js"></script>${element}`);
    expect(complaintsIn(old.findings)).toEqual([
      expect.stringContaining('of another version than is built here'),
    ]);
    const page = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
    });
    const html = await look(`${head}<script src="${page}/embed.js" data-form="x"></script>`);
    expect(complaintsIn(html.findings)[0]).toContain('comes as text/html, which browsers do not run');
  });
});

describe('a page where the form would work, but', () => {
  it.each<[string, Served | string, string]>([
    ['twice', head + scriptTag + scriptTag, 'The form PROXY/forms/newsletter is placed more than once.'],
    ['with its script twice', head + scriptTag + bareScript, 'The script is on the page 2 times.'],
    [
      'late, by WP Rocket',
      head + scriptTag.replace('async src=', 'type="rocketlazyloadscript" data-rocket-src='),
      'WP Rocket delays the script',
    ],
    [
      'late, by LiteSpeed',
      head + scriptTag.replace('async src=', 'type="litespeed/javascript" data-src='),
      'LiteSpeed Cache delays',
    ],
    [
      'late, by Cloudflare',
      head + scriptTag.replace('async', 'type="0123456789abcdef01234567-text/javascript"'),
      'Rocket Loader loads the script late',
    ],
    [
      'late, where Rocket Loader is on the page',
      `${head}${scriptTag}<script src="/cdn-cgi/scripts/7d0fa10a/cloudflare-static/rocket-loader.min.js"></script>`,
      "Cloudflare's Rocket Loader is on the page",
    ],
    [
      'with integrity for what will change',
      head + scriptTag.replace('async', `integrity="${integrity()}" crossorigin`),
      'has integrity for embed.js, which the next version changes',
    ],
    [
      'not without scripts',
      withPolicy(
        "form-action 'self'",
        `${head}<rasa-signup src="PROXY/forms/newsletter"><form action="PROXY/forms/newsletter"></form></rasa-signup>${bareScript}`,
      ),
      'for visitors without scripts: form-action',
    ],
    [
      'not under the policy that is to come',
      { html: head + scriptTag, headers: { 'content-security-policy-report-only': "script-src 'self'" } },
      'that only reports (header) will block the script',
    ],
  ])('%s', async (_name, page, words) => {
    const complaints = await complaintsOn(page);
    expect(complaints.join('\n')).toContain(`warning: `);
    expect(complaints.join('\n')).toContain(words);
    expect(complaints.join('\n')).not.toContain('fault: ');
  });
});

describe('O14: a Content-Security-Policy with a malformed source', () => {
  it('has it named, and the rest of the page is checked', async () => {
    const served = new Map([
      [
        'https://www.example.com/',
        '<head><meta http-equiv="content-security-policy" content="script-src https://signup.example.com/100%; connect-src https://other.example"></head>' +
          '<body><script src="https://signup.example.com/embed.js" data-form="100%"></script>',
      ],
      ['https://signup.example.com/embed.js', 'rasa-signup'],
    ]);
    const findings = await checkPage('https://www.example.com/', {
      web: createWeb({ fetch: answerFrom(served) }),
      allowedOrigins: ['https://www.example.com'],
      publicUrl: undefined,
      builtDir,
    });
    const complaints = complaintsIn(findings).join('\n');
    expect(complaints).toContain('malformed source: script-src https://signup.example.com/100%');
    expect(complaints).toContain('blocks the script https://signup.example.com/embed.js: script-src.');
    expect(complaints).toContain('connect-src');
  });

  it.each([
    ['script-src %', 'script-src %', 'Write %25'],
    ['connect-src self', 'connect-src self', "in single quotes: 'self'"],
    ['script-src nonce-abc', 'script-src nonce-abc', "'nonce-abc'"],
    ["script-src 'unsafe-inline", "script-src 'unsafe-inline", 'or remove it'],
    ['img-src data', 'img-src data', 'Write data: with a colon'],
    ['script-src https:/signup.example.com', 'script-src https:/signup.example.com', 'https://example.com'],
    ['script-src https://signup.example.com:99999', ':99999', 'https://example.com'],
    ['form-action https://a:b@signup.example.com', 'https://a:b@', 'without user'],
    ['script-src ‘self’', 'script-src ‘self’', 'leave out the whole directive'],
    ['frame-ancestors https://b\u00fccher.example', 'b\u00fccher', 'xn--'],
  ])('names %s', async (policy, source, remedy) => {
    const findings = await checkPage('https://www.example.com/', {
      web: createWeb({
        fetch: answerFrom(new Map([['https://www.example.com/', withMeta(policy).replaceAll('PROXY', '')]])),
      }),
      allowedOrigins: undefined,
      publicUrl: undefined,
      builtDir,
    });
    const complaint = complaintsIn(findings).find((text) => text.includes('malformed source')) ?? '';
    expect(complaint).toContain(source);
    expect(complaint).toContain(remedy);
  });

  it.each([
    "script-src 'self' 'nonce-aB+/==' 'sha256-abc=' 'wasm-unsafe-eval' https: *.example.com:* [::1]:80 localhost",
    'default-src *; frame-ancestors https://xn--bcher-kva.example/%25; sandbox allow-scripts; report-to % group',
  ])('names nothing in %s', async (policy) => {
    const complaints = await complaintsOn(withPolicy(policy));
    expect(complaints.join()).not.toContain('malformed source');
  });
});

describe('https', () => {
  it('with a proxy on http is reported, since browsers block that', async () => {
    const served = new Map([
      [
        'https://www.example.com/',
        `${head}<script src="http://signup.example.com/embed.js" data-form="newsletter"></script>`,
      ],
    ]);
    const findings = await checkPage('https://www.example.com/', {
      web: createWeb({ fetch: answerFrom(served) }),
      allowedOrigins: ['https://www.example.com'],
      publicUrl: undefined,
      builtDir,
    });
    expect(complaintsIn(findings).slice(0, 2)).toEqual([
      expect.stringContaining('The page is loaded by https and http://signup.example.com/embed.js by http'),
      expect.stringContaining('http://signup.example.com/forms/newsletter by http'),
    ]);
  });

  it('replaces http if the page requests it', async () => {
    const served = new Map([
      [
        'https://www.example.com/',
        `<head><meta http-equiv="content-security-policy" content="upgrade-insecure-requests"></head><body><script src="http://signup.example.com/embed.js" data-form="newsletter"></script>`,
      ],
      ['https://signup.example.com/embed.js', 'rasa-signup'],
    ]);
    const findings = await checkPage('https://www.example.com/', {
      web: createWeb({ fetch: answerFrom(served) }),
      allowedOrigins: undefined,
      publicUrl: undefined,
      builtDir,
    });
    expect(wordsIn(findings)).not.toContain('loaded by https');
    expect(wordsIn(findings)).toContain('https://signup.example.com/embed.js is there');
  });
});

describe('the origin of a page', () => {
  it('is a fault if the proxy refuses it', async () => {
    const { url } = await startService({
      SANDBOX: undefined,
      RASA_BASE_URL: 'http://127.0.0.1:9',
      RASA_USERNAME: 'a',
      RASA_PASSWORD: 'b',
      RASA_API_KEY: 'c',
      ALLOWED_ORIGINS: 'https://www.example.com',
    });
    const html = `${head}<script src="${url}/embed.js" data-form="newsletter"></script>`;
    const { findings, origin } = await look(html, { allowedOrigins: ['https://www.example.com'] });
    expect(complaintsIn(findings)).toEqual([
      `fault: The proxy refuses pages on ${origin}, which is not in its ALLOWED_ORIGINS. → Add ${origin} to ALLOWED_ORIGINS and start the proxy again.`,
      `fault: ${origin} is not in the ALLOWED_ORIGINS that is set here. → Add it: ALLOWED_ORIGINS=https://www.example.com,${origin}`,
    ]);
  });

  it("is checked against the form's own list, if it has one", async () => {
    const formOrigins = new Map([['newsletter', ['https://events.example.com']]]);
    expect(await complaintsOn(head + scriptTag, { allowedOrigins: [], formOrigins })).toEqual([
      'warning: PAGE is not in the origins of the form "newsletter", though the proxy takes it. → Add it to them in FORMS_FILE.',
    ]);
  });

  it('causes a warning if only the running proxy knows it', async () => {
    expect(await complaintsOn(head + scriptTag, { allowedOrigins: ['https://www.example.com'] })).toEqual([
      'warning: PAGE is not in the ALLOWED_ORIGINS that is set here, though the proxy takes it. → Add it: ALLOWED_ORIGINS=https://www.example.com,PAGE',
    ]);
  });

  it('is a fault if its script does not come from the known proxy', async () => {
    expect(await complaintsOn(head + scriptTag, { publicUrl: 'https://signup.example.com' })).toEqual([
      'fault: The script comes from PROXY/embed.js, and the proxy is at https://signup.example.com. → Write src="https://signup.example.com/embed.js".',
    ]);
  });
});

describe('getting a page', () => {
  const get = async (listener: RequestListener, path = '/') =>
    examine({ env: { DATA_DIR: '/nowhere/at/all' }, pages: [`${await serve(listener)}${path}`] }).then(
      (found) => Object.entries(found).find(([about]) => about.startsWith('Page '))?.[1] ?? [],
    );

  it('follows redirects and names them', async () => {
    const findings = await get((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/elsewhere' }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(head);
    });
    expect(wordsIn(findings)).toMatch(/note: It leads to http:\/\/localhost:\d+\/elsewhere\./);
    expect(wordsIn(findings)).toContain('There is neither the script');
  });

  it.each<[string, RequestListener, string]>([
    [
      'that does not exist',
      (_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end(),
      'It is answered with 404',
    ],
    [
      'that is not HTML',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end(),
      'It is application/pdf, no page',
    ],
    [
      'that leads round in a circle',
      (_request, response) => response.writeHead(302, { location: '/' }).end(),
      'it redirects without end',
    ],
    ['whose connection is dropped', (_request, response) => response.destroy(), 'It cannot be fetched'],
  ])('reports a page %s', async (_name, listener, words) => {
    const findings = await get(listener);
    expect(complaintsIn(findings)).toEqual([expect.stringContaining(words)]);
    expect(findings[0]?.is).toBe('fault');
  });

  it('gives up on a page that does not end in time', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write(head);
    });
    const findings = await checkPage(origin, {
      web: createWeb({ timeoutMs: 50 }),
      allowedOrigins: undefined,
      publicUrl: undefined,
      builtDir,
    });
    expect(complaintsIn(findings)).toEqual([expect.stringContaining('no answer within 50 ms')]);
  });

  it('reads at most 2 MiB, and reports that there was more', async () => {
    const findings = await get((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(head + ' '.repeat(3 * 1024 * 1024));
    });
    expect(complaintsIn(findings)[0]).toContain('It is longer than 2 MiB');
  });

  it('sends a password to the site that it was given for, and to no other', async () => {
    const asked: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'text/html' }).end(head);
    });
    const origin = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(302, { location: `${other}/` }).end();
    });
    const page = `${origin.replace('//', '//ada:pa%20ss@')}/`;
    const found = await examine({ env: { DATA_DIR: '/nowhere/at/all' }, pages: [page] });
    expect(asked).toEqual([`Basic ${btoa('ada:pa ss')}`, undefined]);
    expect(JSON.stringify(found)).not.toMatch(/pa%20ss|pa ss/);
    expect(Object.keys(found)).toContain(`Page ${origin}/`);
  });
});

/** The copy of the script that is named by its hash. */
function copyName(): string {
  return readdirSync(builtDir).find((name) => /^embed\.[0-9a-f]{16}\.js$/.test(name)) ?? '';
}

function integrity(): string {
  return `sha384-${createHash('sha384')
    .update(readFileSync(`${builtDir}/embed.js`))
    .digest('base64')}`;
}

/** For URLs that no test can listen on. */
function answerFrom(pages: ReadonlyMap<string, string>): typeof fetch {
  return (input) => {
    const address = new Request(input).url;
    const text = pages.get(address);
    const type = address.endsWith('.js') ? 'text/javascript' : 'text/html';
    return Promise.resolve(
      new Response(text ?? '', { status: text === undefined ? 404 : 200, headers: { 'content-type': type } }),
    );
  };
}
