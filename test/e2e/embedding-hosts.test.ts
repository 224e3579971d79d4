import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../helpers/browser/browser.ts';
import { guardedIntake, readContacts, startService } from '../helpers/server/service.ts';
import { openPage, pageOf, serveSite, signUp } from '../helpers/sites/site.ts';

let browser: Browser;
beforeAll(async () => {
  // Host names other than localhost, so that their pages over plain http are not secure contexts.
  browser = await launchBrowser(['--host-resolver-rules=MAP *.example 127.0.0.1']);
});
afterAll(() => browser.close());

/** The product with default settings, and a function that reads the contacts that arrived. */
async function start(env = guardedIntake) {
  const { url, sandbox } = await startService(env);
  if (!sandbox) throw new Error('no sandbox');
  const arrived = () =>
    vi.waitFor(async () => {
      expect(await readContacts(sandbox)).toMatchObject([{ email: 'ada@example.com' }]);
    });
  return { url, arrived };
}

const scriptTag = (url: string) => `<script async src="${url}/embed.js" data-form="newsletter"></script>`;

describe('strict hosts', () => {
  it('allow nothing but the proxy, no styles and no other forms', async () => {
    const { url, arrived } = await start();
    const policy = `default-src 'none'; script-src ${url}; connect-src ${url}; style-src 'none'; form-action 'none';
      base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rasa-signup`;
    const headers = { 'content-security-policy': policy.replaceAll(/\s+/g, ' ') };
    const { page, complaints } = await openPage(
      browser,
      await serveSite({ '/': pageOf(scriptTag(url)) }, headers),
    );
    await signUp(page);
    await arrived();
    expect(complaints).toEqual([]);
  });

  it('trust scripts that a trusted script loads, and name no host', async () => {
    const { url, arrived } = await start();
    const policy = `script-src 'nonce-abc' 'strict-dynamic'; object-src 'none'; base-uri 'none'`;
    const { page, complaints } = await openPage(
      browser,
      await serveSite(
        { '/': pageOf(scriptTag(url).replace('src', 'nonce="abc" src')) },
        { 'content-security-policy': policy },
      ),
    );
    await page.getByLabel('Email address').fill('ada@gmial.com');
    await page.keyboard.press('Tab');
    await page.getByText('gmail.com').waitFor();
    await signUp(page);
    await arrived();
    expect(complaints).toEqual([]);
  });

  it('isolate themselves from other origins', async () => {
    const { url, arrived } = await start();
    const headers = {
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    };
    const { page, complaints } = await openPage(
      browser,
      await serveSite({ '/': pageOf(scriptTag(url)) }, headers),
    );
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await signUp(page);
    await arrived();
    expect(complaints).toEqual([]);
  });

  it('pin the script by its hash', async () => {
    const { url, arrived } = await start();
    const script = await readFile('dist/widget/embed.js');
    const name = `embed.${createHash('sha256').update(script).digest('hex').slice(0, 16)}.js`;
    const integrity = `sha384-${createHash('sha384').update(script).digest('base64')}`;
    const tag = (hash: string) =>
      `<script src="${url}/${name}" integrity="${hash}" crossorigin="anonymous" data-form="newsletter"></script>`;
    const site = await serveSite({
      '/': pageOf(tag(integrity)),
      '/tampered': pageOf(tag(integrity.replace(/.{8}$/, 'AAAAAAA='))),
    });
    const { page, complaints } = await openPage(browser, site);
    await signUp(page);
    await arrived();
    expect(complaints).toEqual([]);
    await page.goto(`${site}/tampered`);
    expect(await page.locator('rasa-signup').count()).toBe(0);
    expect(complaints.join('\n')).toContain('integrity');
  });

  it('are served over plain http', async () => {
    const files: Record<string, string> = {};
    const site = (await serveSite(files)).replace('localhost', 'www.example');
    const { url, arrived } = await start({ ...guardedIntake, ALLOWED_ORIGINS: site });
    files['/'] = pageOf(scriptTag(url.replace('localhost', 'signup.example')));
    const { page, complaints } = await openPage(browser, site);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await signUp(page);
    await arrived();
    expect(complaints).toEqual([]);
  });
});

describe('a sandboxed frame, whose origin is opaque', () => {
  it.each([
    ['of a page', (html: string) => ({ frame: 'src="/framed"', files: { '/framed': html } })],
    [
      'with its document in an attribute',
      (html: string) => ({ frame: `srcdoc="${html.replaceAll('"', '&quot;')}"`, files: {} }),
    ],
  ])('%s: the form is shown and is sent as a plain form, with one click more', async (_name, frameOf) => {
    const { url, arrived } = await start();
    const { frame, files } = frameOf(pageOf(scriptTag(url)));
    const site = await serveSite({
      '/': pageOf(`<iframe title="Newsletter" sandbox="allow-scripts allow-forms" ${frame}></iframe>`),
      ...files,
    });
    const { page, complaints } = await openPage(browser, site);
    const inside = page.frameLocator('iframe');
    await inside.getByLabel('First name').fill('Ada');
    await inside.getByLabel('Email address').fill('ada@example.com');
    await inside.getByRole('button', { name: 'Subscribe' }).click();
    await inside.getByRole('button', { name: 'Yes, sign me up' }).click();
    await inside.getByRole('heading', { name: 'Thank you. You are signed up.' }).waitFor();
    await arrived();
    // Chromium warns about helmet's Origin-Agent-Cluster header on a framed page.
    expect(complaints.filter((text) => !text.includes('Origin-Agent-Cluster'))).toEqual([]);
  });
});
