import decodeQr from 'qr/decode.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../server/config/config.ts';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { runCli } from '../helpers/server/cli.ts';
import { freePort, isListening } from '../helpers/server/free-port.ts';
import { startFrontServer, whyNot, type FrontServer } from '../helpers/server/front-servers.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { serveForeignSite } from '../helpers/sites/foreign-site.ts';

// A program, a browser and a command each, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

/** What `doctor` says, with the line to change; `undefined` where it finds nothing wrong. */
interface Expected extends FrontServer {
  readonly doctor?: RegExp;
  /** It answers from its cache where it may. */
  readonly keepsAnswers?: true;
  /** Only with `SOAK=1`: those without it have one of each kind. */
  readonly inSoak?: true;
}

const address = 'proxy_set_header X-Forwarded-For $remote_addr;';
const servers: readonly (readonly [name: string, server: Expected])[] = [
  [
    'nginx with a bare proxy_pass',
    {
      program: 'nginx',
      lines: 'location / { proxy_pass http://PROXY; }',
      doctor: /proxy_set_header X-Forwarded-For \$remote_addr/,
    },
  ],
  [
    'nginx with Host $host',
    {
      inSoak: true,
      program: 'nginx',
      lines: `location / { proxy_pass http://PROXY; proxy_set_header Host $host; ${address} }`,
    },
  ],
  [
    'nginx with Host $host:$server_port',
    {
      inSoak: true,
      program: 'nginx',
      lines: `location / { proxy_pass http://PROXY; proxy_set_header Host $host:$server_port; ${address} }`,
    },
  ],
  [
    'nginx with TLS on a port like 8443',
    {
      inSoak: true,
      program: 'nginx',
      tls: true,
      port: 8443,
      lines: `location / { proxy_pass http://PROXY; proxy_set_header Host $host; ${address} }`,
    },
  ],
  ['docs/deploy/nginx.conf', { program: 'nginx', tls: true, lines: { file: 'docs/deploy/nginx.conf' } }],
  [
    'nginx that takes the prefix off',
    {
      program: 'nginx',
      path: '/newsletter/',
      lines: `location /newsletter/ { proxy_pass http://PROXY/; ${address} }`,
    },
  ],
  [
    'nginx that passes the prefix on',
    {
      inSoak: true,
      program: 'nginx',
      path: '/newsletter/',
      lines: `location /newsletter { proxy_pass http://PROXY; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }`,
    },
  ],
  [
    'nginx with proxy_cache',
    {
      program: 'nginx',
      keepsAnswers: true,
      lines: `location / { proxy_pass http://PROXY; proxy_cache answers; proxy_set_header Host $host; ${address}
        add_header X-Cache-Status $upstream_cache_status; }`,
    },
  ],
  ['Apache as it is', { program: 'apache', lines: 'ProxyPass "/" "http://PROXY/"' }],
  [
    'Apache with ProxyPreserveHost',
    { inSoak: true, program: 'apache', lines: 'ProxyPreserveHost On\nProxyPass "/" "http://PROXY/"' },
  ],
  [
    'Apache with a prefix',
    {
      inSoak: true,
      program: 'apache',
      path: '/newsletter/',
      lines: 'ProxyPass "/newsletter/" "http://PROXY/"',
    },
  ],
  [
    'docs/deploy/apache.conf',
    { inSoak: true, program: 'apache', tls: true, lines: { file: 'docs/deploy/apache.conf' } },
  ],
  ['Caddy as it is', { inSoak: true, program: 'caddy', lines: 'reverse_proxy PROXY' }],
  [
    'Caddy that takes the prefix off',
    {
      inSoak: true,
      program: 'caddy',
      path: '/newsletter/',
      lines: 'handle_path /newsletter/* {\n reverse_proxy PROXY\n }',
    },
  ],
  ['docs/deploy/Caddyfile', { program: 'caddy', tls: true, lines: { file: 'docs/deploy/Caddyfile' } }],
];

const isSoak = process.env['SOAK'] !== undefined;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** The product as in production, behind a real web server, and two other sites that may embed its form. */
async function start(server: Expected) {
  const sandbox = await startSandbox();
  const [site, plainSite] = await Promise.all([serveForeignSite(), serveForeignSite()]);
  const isFree = server.port !== undefined && !(await isListening(server.port));
  const port = (isFree ? server.port : undefined) ?? (await freePort());
  const publicUrl = `${server.tls ? 'https' : 'http'}://localhost:${port}${server.path ?? ''}`.replace(
    /\/$/,
    '',
  );
  const env = {
    NODE_ENV: 'production',
    ...credentialsFor(sandbox),
    ...guardedIntake,
    // Playwright clicks at once, which the default takes for a robot's haste.
    PLAIN_LEAST_AGE: 'off',
    PROOF_WORK: '1',
    ALLOWED_ORIGINS: `${site.origin},${plainSite.origin}`,
    PUBLIC_URL: server.path ? `${publicUrl}/` : publicUrl,
    TRUST_PROXY: '1',
    BUILDER: 'on',
  };
  const service = await startService(env);
  const proxyPort = Number(new URL(service.url).port);
  const { certificate } = await startFrontServer(server, { port, proxyPort });
  return { publicUrl, site, plainSite, sandbox, env: { ...env, DATA_DIR: service.dataDir }, certificate };
}

async function visit(options: object, run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  await run(page);
  await context.close();
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Email address' }).fill(email);
  await page.getByRole('button', { name: 'Subscribe' }).click();
}

const wide = { width: 300, height: 300 };

describe.each(servers.filter(([, { inSoak }]) => isSoak || !inSoak))('D5: through %s', (name, server) => {
  const reason = whyNot(server);
  if (reason !== undefined) process.stderr.write(`Skipped, ${name}: ${reason}.\n`);

  it.skipIf(reason !== undefined)(
    'visitors sign up everywhere to the end, addresses are right, and doctor is content or names the line',
    async () => {
      const { publicUrl, site, plainSite, sandbox, env, certificate } = await start(server);
      const { doctor, keepsAnswers } = server;
      await visit({}, (page) => poison(page, publicUrl, keepsAnswers));
      site.paste(`<script async src="${publicUrl}/embed.js" data-form="newsletter"></script>`);
      plainSite.paste(
        `<form method="post" action="${publicUrl}/forms/newsletter"><label>Email address <input name="email"></label>
         <button>Subscribe</button></form>`,
      );
      await Promise.all([
        visit({}, (page) => embedded(page, site.origin)),
        visit({}, (page) => hosted(page, publicUrl)),
        visit({ javaScriptEnabled: false }, async (page) => {
          await page.goto(`${publicUrl}/forms/newsletter`);
          await signUp(page, 'without-scripts@example.com');
          await clickOnceMore(page, publicUrl);
        }),
        visit({ javaScriptEnabled: false }, async (page) => {
          await page.goto(plainSite.origin);
          await signUp(page, 'plain@example.com');
          await clickOnceMore(page, publicUrl);
        }),
        visit({ viewport: { width: 1200, height: 900 } }, (page) => builder(page, publicUrl)),
        examine({ ...env, NODE_EXTRA_CA_CERTS: certificate }, publicUrl, doctor),
      ]);
      await vi.waitFor(async () => {
        const emails = (await readContacts(sandbox)).map(({ email }) => email);
        expect(emails.sort()).toEqual([
          'embedded@example.com',
          'hosted@example.com',
          'plain@example.com',
          'without-scripts@example.com',
        ]);
      }, 20_000);
    },
  );
});

async function embedded(page: Page, origin: string): Promise<void> {
  const complaints = complaintsOf(page);
  await page.goto(origin);
  await signUp(page, 'embedded@example.com');
  await page.getByText('Thank you.').waitFor();
  expect(complaints).toEqual([]);
}

async function hosted(page: Page, publicUrl: string): Promise<void> {
  const complaints = complaintsOf(page);
  await page.goto(`${publicUrl}/forms/newsletter`);
  expect(await page.locator('link[rel=canonical]').getAttribute('href')).toBe(
    `${publicUrl}/forms/newsletter`,
  );
  await page.emulateMedia({ media: 'print' });
  const picture = await page.locator('.poster img').screenshot({ scale: 'css' });
  await page.emulateMedia({ media: 'screen' });
  expect(await readCode(page, picture)).toBe(`${publicUrl}/forms/newsletter`);
  // Text typed earlier is kept too, but would be sent without scripts.
  await page.waitForFunction(() => document.querySelector('rasa-signup')?.shadowRoot?.querySelector('input'));
  await signUp(page, 'hosted@example.com');
  await page.getByText('Thank you.').waitFor();
  expect(complaints).toEqual([]);
}

async function builder(page: Page, publicUrl: string): Promise<void> {
  const complaints = complaintsOf(page);
  await page.goto(`${publicUrl}/`);
  const preview = page.frameLocator('iframe');
  await preview.getByRole('textbox', { name: 'Email address' }).first().waitFor();
  await page.locator('.line', { hasText: `${publicUrl}/embed.js` }).waitFor();
  expect(complaints).toEqual([]);
}

async function examine(env: Env, publicUrl: string, doctor: RegExp | undefined): Promise<void> {
  const { stdout } = await runCli(['doctor'], env);
  const { checks } = JSON.parse(stdout) as {
    checks: { about: string; findings: { is: string; what: string; remedy?: string }[] }[];
  };
  const { findings = [] } = checks.find(({ about }) => about === 'The proxy from outside') ?? {};
  const faults = findings.filter(({ is }) => is === 'fault' || is === 'warning');
  if (doctor) expect(faults).toMatchObject([{ remedy: expect.stringMatching(doctor) as string }]);
  else expect(faults).toEqual([]);
  expect(findings).toContainEqual({
    is: 'fine',
    what: `Pages print ${publicUrl}/ as the address of the proxy.`,
  });
}

/** Somebody who was here first tried to have his address kept for the next visitor. */
async function poison({ request }: Page, publicUrl: string, keepsAnswers = false): Promise<void> {
  const headers = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'javascript',
    'x-forwarded-prefix': '/evil.example',
    'x-original-url': '//evil.example/',
    'x-rewrite-url': '//evil.example/',
    forwarded: 'host=evil.example;proto=javascript',
    accept: 'text/html',
  };
  for (const path of ['/forms/newsletter', '/embed.js', '/', '/forms/newsletter/qr.svg']) {
    const answer = await request.get(publicUrl + path, { headers });
    expect([path, answer.status()]).toEqual([path, 200]);
    expect(await answer.text()).not.toContain('evil.example');
  }
  const again = await request.get(`${publicUrl}/forms/newsletter/qr.svg`);
  expect(await again.text()).toContain(`<title>${publicUrl}/forms/newsletter</title>`);
  expect(again.headers()['x-cache-status']).toBe(keepsAnswers ? 'HIT' : undefined);
}

/** The second step leads to the form at its public address too, and to the end. */
async function clickOnceMore(page: Page, publicUrl: string): Promise<void> {
  await page.getByRole('heading', { name: 'One more click' }).waitFor();
  const { origin, pathname } = new URL((await page.locator('form').getAttribute('action')) ?? '', page.url());
  expect(origin + pathname).toBe(`${publicUrl}/forms/newsletter`);
  await page.locator('form button').click();
  await page.getByText('Thank you.').waitFor();
}

/** What a phone's camera reads from the picture. */
async function readCode(page: Page, png: Buffer): Promise<string> {
  const data = await page.evaluate(
    async ({ base64, width, height }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const drawing = new OffscreenCanvas(width, height).getContext('2d');
      drawing?.fillRect(0, 0, width, height);
      drawing?.drawImage(image, 10, 10, width - 20, height - 20);
      return [...(drawing?.getImageData(0, 0, width, height).data ?? [])];
    },
    { base64: png.toString('base64'), ...wide },
  );
  return decodeQr({ ...wide, data: Uint8Array.from(data) });
}
