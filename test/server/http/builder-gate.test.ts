import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { BuilderSetup } from '../../../shared/builder.ts';
import { startProduct } from '../../helpers/server/product.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startService } from '../../helpers/server/service.ts';

const ask = async (url: string) => {
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  const headers = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  // The id of the request is another one each time.
  const body = (await answer.text()).replace(answer.headers.get('x-request-id') ?? '', 'ID');
  return { status: answer.status, headers, body };
};

const pages = ['/', '/preview'];

async function setupAt(url: string): Promise<BuilderSetup> {
  const [, json = ''] = /data-setup="([^"]*)"/.exec(await (await fetch(url)).text()) ?? [];
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as BuilderSetup;
}

describe('BUILDER', () => {
  it.each(pages)('on, the default outside of production: anyone may open %s', async (path) => {
    const { url } = await startService();
    expect(await ask(url + path)).toMatchObject({ status: 200 });
  });

  it.each(pages)('D9: in production only with the link, unless asked for: %s', async (path) => {
    const production = { NODE_ENV: 'production', SANDBOX: 'on', HOST: '127.0.0.1' };
    const { url, builderLink = '' } = await startService(production);
    expect(await ask(url + path)).toEqual(await ask(`${url}/nowhere`));
    expect(await ask(url + path + new URL(builderLink).search)).toMatchObject({ status: 200 });
    const asked = await startService({ ...production, BUILDER: 'on' });
    expect(await ask(asked.url + path)).toMatchObject({ status: 200 });
  });

  it.each(pages)(
    'off: %s answers like a page that does not exist, and the form still works',
    async (path) => {
      const { url } = await startService({ BUILDER: 'off' });
      const nowhere = await ask(`${url}/nowhere`);
      expect(await ask(url + path)).toEqual(nowhere);
      expect(await ask(`${url}${path}?token=`)).toEqual(nowhere);
      expect((await fetch(`${url}/forms/newsletter`)).status).toBe(200);
    },
  );

  it('token: opens only with the link, and is otherwise hidden', async () => {
    const { url, builderLink = '' } = await startService({ BUILDER: 'token' });
    const { search } = new URL(builderLink);
    expect(search).toMatch(/^\?token=[0-9a-f]{32}$/);
    const nowhere = await ask(`${url}/nowhere`);
    for (const path of pages) {
      expect(await ask(url + path + search)).toMatchObject({ status: 200 });
      const almost = search.slice(0, -1) + (search.endsWith('0') ? '1' : '0');
      for (const wrong of [
        '',
        '?token=',
        almost,
        `${search}&token=1`,
        `${search}0`,
        '?token[]=1',
        '?token=%00',
      ]) {
        expect(await ask(url + path + wrong), wrong).toEqual(nowhere);
      }
    }
    // The page in the builder's frame takes the token too; no other site gets it.
    expect((await setupAt(builderLink)).preview).toBe(`/preview${search}`);
    expect((await fetch(builderLink)).headers.get('referrer-policy')).toBe('same-origin');
  });

  it('token: prints the link at start, and the same one after a restart', async () => {
    const first = await startProduct({ BUILDER: 'token' });
    const tokenIn = (output: string) => /\?token=([0-9a-f]{32})/.exec(output)?.[1];
    await expect.poll(() => tokenIn(first.output())).toBeDefined();
    await first.stop();
    const again = await startProduct({ BUILDER: 'token', DATA_DIR: first.dataDir });
    await expect.poll(() => tokenIn(again.output())).toBe(tokenIn(first.output()));
    const other = await startProduct({ BUILDER: 'token' });
    await expect.poll(() => tokenIn(other.output())).not.toBe(tokenIn(first.output()));
  });
});

describe('rasa-signup builder link', () => {
  it('D9: prints the link that the running proxy opens for, at its public address', async () => {
    const PUBLIC_URL = 'https://www.example.com/newsletter';
    const { url, dataDir } = await startService({ BUILDER: 'token', PUBLIC_URL });
    const env = { NODE_ENV: 'production', DATA_DIR: dataDir, PUBLIC_URL };
    const { code, stdout, stderr } = await runCommand(['builder', 'link'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^https:\/\/www\.example\.com\/newsletter\/\?token=[0-9a-f]{32}\n$/);
    expect((await ask(stdout.trim().replace(PUBLIC_URL, url))).status).toBe(200);
  });

  it('says so where the builder is closed', async () => {
    const { dataDir } = await startService({ BUILDER: 'off' });
    const { code, stdout, stderr } = await runCommand(['builder', 'link'], {
      BUILDER: 'off',
      DATA_DIR: dataDir,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('BUILDER=token');
  });
});

describe('the builder', () => {
  it('names the script that is served, with its hash for integrity checks', async () => {
    const { url } = await startService();
    const { pinned, forms } = await setupAt(url);
    const script = Buffer.from(await (await fetch(url + pinned.path)).arrayBuffer());
    expect(script.equals(readFileSync('dist/widget/embed.js'))).toBe(true);
    expect(pinned.integrity).toBe(`sha384-${createHash('sha384').update(script).digest('base64')}`);
    expect(forms).toMatchObject([{ id: 'newsletter', title: 'Sign up for our newsletter' }]);
    expect(forms[0]?.languages).toHaveLength(15);
  });

  it('writes nothing on the server', async () => {
    const { url, dataDir } = await startService();
    const filesNow = () =>
      readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
        .sort()
        .map((name) => [name, statSync(join(dataDir, name)).size]);
    // Leases are taken and renewed in the background, whoever opens the builder.
    await vi.waitFor(
      async () => {
        const before = filesNow();
        for (const path of [...pages, '/?lang=de', '/?token=1']) await fetch(url + path);
        expect(filesNow()).toEqual(before);
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  it('may frame its preview, which no other site may, and which submits nothing', async () => {
    const { url } = await startService();
    const policyOf = async (path: string) => {
      const { headers } = await fetch(url + path);
      return { csp: headers.get('content-security-policy'), frames: headers.get('x-frame-options') };
    };
    const home = await policyOf('/');
    expect(home.csp).toContain("frame-src 'self'");
    expect(home.csp).toContain("frame-ancestors 'none'");
    expect(home.frames).toBe('DENY');
    const preview = await policyOf('/preview');
    expect(preview.csp).toContain("frame-ancestors 'self'");
    expect(preview.csp).toContain("form-action 'none'");
    expect(preview.frames).toBeNull();
  });
});
