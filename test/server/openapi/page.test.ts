import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import { describe, expect, it } from 'vitest';
import { Tokens, scopes } from '../../../server/contacts/tokens.ts';
import { describeApi } from '../../../server/openapi/document.ts';
import { startService } from '../../helpers/server/service.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const run = promisify(execFile);
const metricsToken = 'm'.repeat(32);

async function openDocs() {
  const service = await startService({ METRICS_TOKEN: metricsToken });
  const database = await openTestStore({ dataDir: service.dataDir });
  const token = await new Tokens({ database }).create({
    name: 'docs',
    account: 'main',
    scopes,
    validForMs: undefined,
  });
  const answer = await fetch(`${service.url}/docs`, { headers: { accept: 'text/html' } });
  return { url: service.url, token: token ?? '', answer, page: await answer.text() };
}

describe('GET /docs', () => {
  it('shows every operation, and needs no script and no other host', async () => {
    const { answer, page, url } = await openDocs();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|\son\w+=|style=/);
    const elsewhere = [...page.matchAll(/(?:src|href)="([^"]*)"/g)]
      .map(([, target = '']) => new URL(target, url))
      .filter(({ origin }) => origin !== url);
    expect(elsewhere).toEqual([]);
    const { paths } = describeApi({ publicUrl: url, version: '0' });
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids.filter((id) => !page.includes(`id="${id}"`))).toEqual([]);
  });

  it('has links and files below the path of PUBLIC_URL', async () => {
    const { url } = await startService({ PUBLIC_URL: 'https://www.example.com/newsletter' });
    const page = await (await fetch(`${url}/newsletter/docs`)).text();
    expect(page).toContain('href="/newsletter/pages/docs.css"');
    expect(page).toContain('href="/newsletter/openapi.json"');
    expect(page).toContain('curl https://www.example.com/newsletter/forms/newsletter');
  });

  it('has curl lines that work as they are copied', { timeout: 120_000 }, async () => {
    const { token, page } = await openDocs();
    const lines = textsOf(parse(page), 'figure').map((texts) => texts.join('').trim());
    expect(lines.length).toBeGreaterThan(25);
    let contact = '';
    const failed: string[] = [];
    for (const line of lines) {
      const command = line.slice(line.indexOf('curl '));
      const env = {
        PATH: process.env['PATH'],
        RASA_SIGNUP_TOKEN: token,
        METRICS_TOKEN: metricsToken,
        CONTACT_ID: contact,
        TICKET: 'none',
      };
      const { stdout } = await run('sh', ['-c', `${command} -sS -w '\\n%{http_code}'`], { env });
      const [, body = '', status] = /^(.*)\n(\d{3})$/s.exec(stdout) ?? [];
      contact ||= /"results":\[\{"ref":"order-17","id":"([\da-f-]{36})"/.exec(body)?.[1] ?? '';
      // No form of this proxy asks for a click in a mail, so that there is no ticket.
      const wanted = command.includes('/confirmation') ? /404/ : /20[02]/;
      if (!wanted.test(status ?? '')) failed.push(`${command}\n${stdout}`);
    }
    expect(failed).toEqual([]);
    expect(contact).not.toBe('');
  });
});

/** The texts in each element of this name, in order. */
function textsOf(node: Tree.Node, name: string): string[][] {
  if (node.nodeName === name) return [allText(node)];
  return 'childNodes' in node ? node.childNodes.flatMap((child) => textsOf(child, name)) : [];
}

function allText(node: Tree.Node): string[] {
  if (node.nodeName === '#text') return [(node as Tree.TextNode).value];
  return 'childNodes' in node ? node.childNodes.flatMap(allText) : [];
}
