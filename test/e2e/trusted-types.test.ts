import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsOf, launchBrowser } from '../helpers/browser/browser.ts';
import { serveOneAnswer, servePage } from '../helpers/sites/one-answer.ts';
import { serveStub } from '../helpers/sites/serve-stub.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A page whose header names the policies that its scripts may create, with its own proxy. */
async function open(names: string, createBody: (proxy: string) => string) {
  const proxy = `http://localhost:${await serveStub()}/stub/accepting/room`;
  const policy = `require-trusted-types-for 'script'; trusted-types ${names}`;
  const origin = await servePage(
    `<!doctype html><html lang="en"><title>A page</title><body>${createBody(proxy)}</body></html>`,
    { 'content-security-policy': policy },
  );
  const page = await browser.newPage();
  const complaints = complaintsOf(page);
  await page.goto(origin);
  const signUp = async (form = page.locator('rasa-signup').first()) => {
    await form.getByLabel('Email address').fill('ada@gmial.com');
    await page.keyboard.press('Tab');
    await form.getByRole('button', { name: 'Yes, change it' }).click();
    await form.getByRole('button', { name: 'Subscribe' }).click();
    await form.getByText('Thank you.').waitFor();
  };
  return { page, complaints, signUp };
}

const scriptTag = (proxy: string, form = 'newsletter') =>
  `<script type="module" src="${proxy}/embed.js" data-form="${form}"></script>`;

/** lit from its own package. */
async function serveLit(): Promise<string> {
  return serveOneAnswer(
    { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
    200,
    await readFile('node_modules/lit-html/lit-html.js', 'utf8'),
  );
}

describe('a page that allows the Trusted Types policy rasa-signup', () => {
  it('has the form without any complaint', async () => {
    const { page, complaints, signUp } = await open('rasa-signup', scriptTag);
    await signUp();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('may load the script twice: both forms work', async () => {
    const { page, complaints, signUp } = await open(
      'rasa-signup',
      // A classic script runs each time it is written.
      (proxy) => {
        const tag = scriptTag(proxy).replace('type="module"', '');
        return `${tag}<main>${tag.replace('"newsletter"', '"events"')}</main>`;
      },
    );
    await signUp(page.locator('main rasa-signup'));
    await signUp(page.locator('body > rasa-signup'));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('may have loaded its own Lit first', async () => {
    const lit = await serveLit();
    const { page, complaints, signUp } = await open(
      'lit-html rasa-signup',
      (proxy) => `<main></main>
        <script type="module">
          import { html, render } from '${lit}/lit.js';
          render(html\`<h1>Drawn by the page</h1>\`, document.querySelector('main'));
        </script>
        ${scriptTag(proxy)}`,
    );
    await page.getByRole('heading', { name: 'Drawn by the page' }).waitFor();
    await signUp();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has no form if only another policy is allowed', async () => {
    const { page, complaints } = await open('lit-html', scriptTag);
    await expect.poll(() => complaints.join('\n')).toContain('Policy "rasa-signup" disallowed');
    expect(await page.locator('rasa-signup').count()).toBe(0);
    await page.close();
  });
});
