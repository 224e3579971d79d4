import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { slackBody } from '../../../server/alerts/notes.ts';
import type { Env } from '../../../server/config/config.ts';
import { readmeBlocks } from '../../helpers/documents.ts';
import { runCommand } from '../../helpers/server/run-command.ts';
import { startReceiver, type ReceivedMessage } from '../../helpers/server/receiver.ts';
import { startService } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { openShell } from '../../helpers/shell.ts';

/** The recipes of docs/integrations.md, each against a stand-in for the other side. */
const [n8nCode = ''] = readmeBlocks('docs/integrations.md', 'js');
const [crm = '', bySftp = '', byWebhook = ''] = readmeBlocks('docs/integrations.md', 'sh');
const soon = { timeout: 30_000, interval: 50 };

async function start() {
  const dataDir = await temporaryDir();
  const env: Env = { DATA_DIR: dataDir, KEEP_FOR_HANDOVER: '7d' };
  const service = await startService(env);
  const signUp = async (name: string) => {
    const answer = await fetch(`${service.url}/forms/newsletter`, {
      method: 'POST',
      body: new URLSearchParams({ email: `${name}@example.com` }),
    });
    expect(answer.status).toBe(202);
  };
  const runWebhooks = (...args: readonly string[]) => runCommand(['webhooks', ...args], env);
  const addWebhook = async (url: string, ...args: readonly string[]) => {
    const { stdout } = await runWebhooks('add', url, ...args, '--json');
    return JSON.parse(stdout) as { readonly id: string; readonly secret: string };
  };
  return { service, dataDir, env, signUp, runWebhooks, addWebhook };
}

/** A shell with `rasa-signup` on its path, in a directory of the test. */
async function openReader(env: Env, more: Readonly<Record<string, string>>) {
  const dir = await temporaryDir();
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'rasa-signup'),
    `#!/bin/sh\nexec ${process.execPath} ${process.cwd()}/dist/server/cli.js "$@"\n`,
  );
  await chmod(join(bin, 'rasa-signup'), 0o755);
  const shell = await openShell({
    ...(env as Record<string, string>),
    ...more,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  });
  return { dir, run: (script: string) => shell.run(`cd ${dir}\n${script}`) };
}

const jsonOf = ({ body }: ReceivedMessage) => JSON.parse(body) as Readonly<Record<string, unknown>>;

describe('docs/integrations.md', () => {
  it('n8n: the code node passes our messages on, and no others', async () => {
    const { signUp, addWebhook } = await start();
    // As the Webhook node does: at first the workflow is not active.
    let isActive = false;
    const n8n = await startReceiver((response) => {
      if (isActive) response.writeHead(200).end('{"message":"Workflow was started"}');
      else response.writeHead(404).end('{"code":404,"message":"The requested webhook is not registered."}');
    });
    const { secret } = await addWebhook(n8n.url, '--events', 'signup.*', '--with-email');
    await signUp('ada');
    await expect.poll(() => n8n.messages.length, soon).toBe(1);
    isActive = true;
    await expect.poll(() => n8n.messages.length, soon).toBe(3);
    expect(n8n.ids()[1]).toBe(n8n.ids()[0]);
    /** What the Code node gets with "Raw Body", and what it gives. */
    const runNode = ({ headers, body }: ReceivedMessage): Promise<unknown> => {
      const code = n8nCode.replace('whsec_…', secret);
      const sandbox = {
        require: createRequire(import.meta.url),
        $input: { all: () => [{ json: { headers, params: {}, query: {}, body: {} }, binary: { data: {} } }] },
        helpers: { getBinaryDataBuffer: () => Promise.resolve(Buffer.from(body)) },
        Buffer,
      };
      const node: unknown = runInNewContext(`(async function () {${code}}).call({ helpers })`, sandbox);
      return Promise.resolve(node);
    };
    const [first, , last] = n8n.messages;
    if (!first || !last) throw new Error('Nothing came.');
    expect(await runNode(last)).toMatchObject([
      { json: { id: n8n.ids()[2], type: 'signup.delivered', data: { email: 'ada@example.com' } } },
    ]);
    const wrong = { ...last, body: last.body.replace('ada@', 'eve@') };
    await expect(runNode(wrong)).rejects.toThrow('not from the proxy');
    const old = { ...last.headers, 'webhook-timestamp': '1700000000' };
    await expect(runNode({ ...last, headers: old })).rejects.toThrow('not from the proxy');
  }, 90_000);

  it('Zapier: a caught hook has the fields that the page names', async () => {
    const { signUp, addWebhook } = await start();
    const zapier = await startReceiver((response) =>
      response.writeHead(200).end('{"attempt":"1","id":"2","request_id":"1","status":"success"}'),
    );
    await addWebhook(zapier.url, '--events', 'signup.delivered', '--with-email');
    await signUp('ada');
    await expect.poll(() => zapier.messages.length, soon).toBe(1);
    const [message] = zapier.messages;
    const fields = flattened(message ? jsonOf(message) : {});
    expect(Object.keys(fields).sort()).toEqual([
      'data__account',
      'data__email',
      'data__form',
      'data__id',
      'timestamp',
      'type',
    ]);
    expect(fields['data__email']).toBe('ada@example.com');
  }, 90_000);

  it('Make: a webhook that was switched off gets everything when it is on again', async () => {
    const { signUp, addWebhook, runWebhooks } = await start();
    let isOn = false;
    const make = await startReceiver((response) => {
      if (isOn) response.writeHead(200).end('Accepted');
      else response.writeHead(410).end('There is no scenario listening for this webhook.');
    });
    const { id } = await addWebhook(make.url, '--events', 'signup.delivered');
    await signUp('ada');
    const state = async () => (JSON.parse((await runWebhooks('list')).stdout) as object[])[0];
    await expect.poll(state, soon).toMatchObject({ state: 'disabled', reason: 'answered 410' });
    await signUp('bob');
    isOn = true;
    expect((await runWebhooks('replay', id, '--since', '3d')).code).toBe(0);
    await expect.poll(() => new Set(make.ids()).size, soon).toBe(2);
  }, 90_000);

  it('Slack: alerts are in its format, and nothing in them mentions anybody', () => {
    const note = {
      type: 'alert.test',
      atMs: 0,
      title: 'a <!channel> & b',
      lines: ['<@U1>'],
      data: {},
    } as const;
    // Slack answers `no_text` or `invalid_payload` to anything else.
    const payload = JSON.parse(slackBody(note)) as { readonly text: string };
    expect(Object.keys(payload)).toEqual(['text']);
    expect(payload.text).toBe('*a &lt;!channel&gt; &amp; b*\n&lt;@U1&gt;');
    // Mattermost would read the first as a mention of everybody, and the others as markup.
    const typed = ['!@here.example', '*a*`b`@example.com', '<!here>@example.com'];
    const { text } = JSON.parse(slackBody({ ...note, lines: [], typed })) as { readonly text: string };
    expect(text.split('\n').slice(1)).toEqual([
      '`!@here.example`',
      "`*a*'b'@example.com`",
      '`&lt;!here&gt;@example.com`',
    ]);
  });

  it('A CRM by curl: gets each event, again after a failure, and tells them by their id', async () => {
    const { service, signUp, env } = await start();
    let isDown = false;
    const taken = new Set<string>();
    const system = await startReceiver((response, { headers }) => {
      if (isDown) response.writeHead(503).end();
      else {
        taken.add(String(headers['idempotency-key']));
        response.writeHead(201).end();
      }
    });
    const { stdout } = await runCommand(['tokens', 'create', 'crm', '--scope', 'events:read'], env);
    const token = /\S{20,}/.exec(stdout)?.[0] ?? '';
    const { run, dir } = await openReader(env, {
      PROXY: service.url,
      CRM: system.url,
      RASA_SIGNUP_TOKEN: token,
    });
    await run(crm);
    await signUp('ada');
    await expect.poll(async () => (await run(crm), taken.size), soon).toBe(1);
    const cursor = await readFile(join(dir, 'cursor'), 'utf8');
    isDown = true;
    await signUp('bob');
    await expect
      .poll(
        () =>
          run(crm).then(
            () => 'taken',
            () => 'failed',
          ),
        soon,
      )
      .toBe('failed');
    expect(await readFile(join(dir, 'cursor'), 'utf8')).toBe(cursor);
    isDown = false;
    await run(crm);
    await run(crm);
    expect(taken.size).toBe(2);
    expect(system.messages.length).toBeGreaterThan(2);
  }, 120_000);

  it('Files: new contacts reach the other side once, also after a failure', async () => {
    const { signUp, env } = await start();
    let isDown = true;
    const other = await startReceiver((response) => response.writeHead(isDown ? 503 : 201).end());
    const { run, dir } = await openReader(env, { HANDOVER_URL: other.url });
    const upload = bySftp.replace('sftp://sftp.example.com/incoming/', `${other.url}/`);
    await signUp('ada');
    const peek = async () => (await runCommand(['contacts', 'new', '--peek'], env)).stdout;
    await expect.poll(peek, soon).toContain('ada@example.com');
    await expect(run(upload)).rejects.toThrow('503');
    expect(await readdir(join(dir, 'outgoing'))).toHaveLength(1);
    expect(await peek()).not.toContain('ada@example.com');
    isDown = false;
    await run(byWebhook);
    expect(await readdir(join(dir, 'outgoing'))).toEqual([]);
    await signUp('bob');
    await expect.poll(peek, soon).toContain('bob@example.com');
    await run(upload);
    const files = other.messages
      .slice(1)
      .map(({ body }) => parse(body, { columns: true }) as readonly object[]);
    expect(files).toMatchObject([[{ email: 'ada@example.com' }], [{ email: 'bob@example.com' }]]);
  }, 120_000);
});

/** As Zapier names the fields of a nested payload. */
function flattened(value: Readonly<Record<string, unknown>>, before = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) =>
      typeof one === 'object' && one !== null
        ? Object.entries(flattened(one as Readonly<Record<string, unknown>>, `${before}${name}__`))
        : [[`${before}${name}`, one] as const],
    ),
  );
}
