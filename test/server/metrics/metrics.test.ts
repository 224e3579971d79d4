import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { metrics } from '../../../server/metrics/catalogue.ts';
import { suffixes, writeOpenMetrics } from '../../../server/metrics/open-metrics.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';
import { ask, post } from '../../helpers/sites/visitor.ts';

const token = 'a-token-of-the-monitoring-0123456789';
const bearer = { authorization: `Bearer ${token}` };

async function read(url: string): Promise<ReadonlyMap<string, number>> {
  const { body } = await ask(`${url}/metrics`, { headers: bearer });
  expect(body.endsWith('# EOF\n')).toBe(true);
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    }),
  );
}

describe('metrics', () => {
  it('count what was accepted, refused and delivered, as health and figures say', async () => {
    const { url, figures } = await startService({ METRICS_TOKEN: token });
    for (let index = 0; index < 7; index++) {
      expect((await post(url, 'urlencoded', { email: `ada${index}@example.com` })).status).toBe(202);
    }
    for (let index = 0; index < 3; index++) await post(url, 'json', { email: 'nobody' });
    await vi.waitFor(() => {
      expect(figures()).toMatchObject({ delivery: { delivered: 7 }, outbox: { waiting: 0 } });
    });
    const found = await read(url);
    expect(Object.fromEntries(found)).toMatchObject({
      'rasa_signup_answers_total{outcome="accepted"}': 7,
      'rasa_signup_answers_total{outcome="invalid"}': 3,
      rasa_signup_delivered_total: 7,
      rasa_signup_outbox_waiting: 0,
      'rasa_signup_health{status="ok"}': 1,
      'rasa_signup_http_request_duration_seconds_count{method="POST",route="/forms/:form",status="202"}': 7,
    });
  });

  it('are for those with the token only, and not there without one', async () => {
    const { url } = await startService({ METRICS_TOKEN: token });
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
      expect((await ask(`${url}/metrics`, { headers: { authorization } })).status, authorization).toBe(401);
    }
    expect((await ask(`${url}/metrics`, { headers: bearer })).headers['content-type']).toContain(
      'application/openmetrics-text',
    );
    const closed = await startService();
    expect((await ask(`${closed.url}/metrics`, { headers: bearer })).status).toBe(404);
  });

  it('answer on a port of their own, where nothing else is', async () => {
    const { url, log } = await startService({ METRICS_PORT: '0' });
    const own = /"url":"(http:[^"]*\/metrics)"/.exec(log())?.[1] ?? '';
    expect((await ask(own)).body).toContain('rasa_signup_build_info{');
    expect((await ask(own.replace('/metrics', '/healthz'))).status).toBe(404);
    expect((await ask(own, { method: 'POST' })).status).toBe(405);
    expect((await ask(`${url}/metrics`)).status).toBe(404);
  });

  it('say how long rasa.io takes, by account and status, and which calls got no answer', async () => {
    const rasa = await startSandbox();
    const { url } = await startService({ ...credentialsFor(rasa), METRICS_TOKEN: token });
    const callsWith = async (status: string) => {
      const labels = `{account="main",status="${status}"`;
      const name = 'rasa_signup_upstream_call_duration_seconds';
      const found = await read(url);
      return {
        count: found.get(`${name}_count${labels}}`),
        sum: found.get(`${name}_sum${labels}}`),
        below: [...found].flatMap(([key, value]) =>
          key.startsWith(`${name}_bucket${labels},le=`) ? [value] : [],
        ),
      };
    };
    await rasa.putFaults({ answer: { status: 503, on: 'persons', times: 1 } });
    await post(url, 'urlencoded', { email: 'ada@example.com' });
    await vi.waitFor(async () => {
      expect((await callsWith('201')).count).toBeGreaterThan(0);
      expect((await callsWith('503')).count).toBe(1);
    }, 15_000);
    const { count, sum, below } = await callsWith('201');
    expect(below.at(-1)).toBe(count);
    expect(below).toEqual([...below].sort((a, b) => a - b));
    expect(sum).toBeGreaterThan(0);
    await rasa.putFaults({ drop: { on: 'persons', when: 'before', times: 1 } });
    await post(url, 'urlencoded', { email: 'grace@example.com' });
    await vi.waitFor(async () => {
      expect((await callsWith('none')).count).toBe(1);
    }, 15_000);
  });

  it('have no label that a client makes up, and no more series for all that a client may send', async () => {
    const { url } = await startService({ METRICS_TOKEN: token, OPERATOR_PASSWORD: 'correct horse battery' });
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'ADA', 'QUERY'];
    /** The same kinds of requests, with other texts each time. */
    const attack = async (made: string) => {
      const paths = [
        ...[`/${made}`, `/forms/${made}`, `/forms/newsletter/${made}`, `/f/${made}`, `/confirm/${made}`],
        ...[
          `/not-me/${made}`,
          `/api/${made}`,
          `/api/contacts/${made}`,
          `/pages/${made}`,
          `/operator/${made}`,
        ],
        ...[`/embed.${made}.js`, `/metrics/${made}`, `/%2e%2e/${made}`, `//${made}`, `/forms/%00${made}`],
        ...[`/?${made}=1`, `/operator?link=${made}`, `/docs/${made}`, `/brand/${made}`, `/charts/${made}`],
      ];
      const headers = {
        origin: `https://${made}.example`,
        'user-agent': made,
        'x-request-id': `${made}-0123456789`,
        'content-type': `text/${made}`,
        'accept-language': made,
        authorization: `Bearer ${made}`,
      };
      for (const path of paths)
        await Promise.all(
          methods.map((method) =>
            ask(`${url}${path}`, { method, headers, ...(method === 'POST' && { body: made }) }),
          ),
        );
      await post(url, 'json', { email: `${made}@example.com`, [made]: made });
      await post(url, 'json', { email: made, first_name: `${made} "\\\n` });
    };
    await read(url);
    // A request is counted after its answer: what the first round does is known at the end of the second.
    for (const made of ['ada-one', 'ada-two']) await attack(made);
    const before = [...(await read(url)).keys()];
    for (const made of ['ada%20three', 'ADA~4']) await attack(made);
    const after = [...(await read(url)).keys()];
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect(after.join('\n')).not.toMatch(/ada|propfind|query/i);
    expect(after.join('\n')).toContain('method="other"');
  });

  it('escape what stands in a label', () => {
    const samples = [{ labels: { account: 'a"b\\c\nd' }, value: 1 }];
    expect(writeOpenMetrics([{ name: 'x', type: 'gauge', about: 'An x.', samples }])).toBe(
      '# TYPE x gauge\n# HELP x An x.\nx{account="a\\"b\\\\c\\nd"} 1\n# EOF\n',
    );
  });
});

/** The labels of each name that Prometheus sees: ours, those of the job, and the bounds of classes. */
const labelsByName: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(metrics).flatMap(([name, { type, labels }]): [string, string[]][] => {
    const own = ['job', 'instance', ...labels];
    if (type !== 'histogram') return [[name + suffixes[type], own]];
    return [
      [`${name}_bucket`, [...own, 'le']],
      [`${name}_count`, own],
      [`${name}_sum`, own],
    ];
  }),
);

const promtool = '/usr/bin/promtool';
const whyNoPromtool = existsSync(promtool) ? undefined : 'promtool is not installed (package prometheus).';
const runPromtool = (...args: readonly string[]) => execFileSync(promtool, args, { encoding: 'utf8' });

describe('alert rules', () => {
  const file = 'docs/deploy/alerts.yaml';

  it('use names that exist', () => {
    const used = [...readFileSync(file, 'utf8').matchAll(/rasa_signup_\w+/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !labelsByName.has(name))).toEqual([]);
  });

  it('are valid for promtool', ({ skip }) => {
    if (whyNoPromtool !== undefined) skip(whyNoPromtool);
    expect(runPromtool('check', 'rules', file)).toContain('SUCCESS: 6 rules found');
  });

  it('fire when they should, and otherwise do not', ({ skip }) => {
    if (whyNoPromtool !== undefined) skip(whyNoPromtool);
    const tests = 'docs/deploy/alerts.test.yaml';
    expect(runPromtool('test', 'rules', tests)).toContain('SUCCESS');
    const names = [...readFileSync(file, 'utf8').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const fired = readFileSync(tests, 'utf8').matchAll(/alertname: (\w+)\n +exp_alerts:/g);
    expect([...new Set([...fired].map(([, name]) => name))].sort()).toEqual(names.sort());
  });
});

describe('the dashboard for Grafana', () => {
  const { panels } = JSON.parse(readFileSync('docs/deploy/grafana-dashboard.json', 'utf8')) as {
    readonly panels: readonly {
      readonly id: number;
      readonly title: string;
      readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
    }[];
  };
  const targets = panels.flatMap((panel) => panel.targets);

  it('asks for names and labels that exist', () => {
    const wrong = targets.flatMap(({ expr, legendFormat }) => {
      const names = [...expr.matchAll(/\b(?:rasa_signup|process|nodejs)_\w+/g)].map(([name]) => name);
      const labels = [
        ...[...expr.matchAll(/[{,](\w+)(?:=|!=|=~|!~)"/g)].map(([, label = '']) => label),
        ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
        ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
      ];
      if (names.length === 0) return [expr];
      return names.flatMap((name) => {
        const known = labelsByName.get(name);
        return known ? labels.filter((label) => !known.includes(label)) : [name];
      });
    });
    expect(targets.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  it('has a place for every panel', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('has expressions that Prometheus understands', async ({ skip }) => {
    if (whyNoPromtool !== undefined) skip(whyNoPromtool);
    const rules = targets.map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'rasa-signup'),
    }));
    const file = join(await temporaryDir(), 'rules.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(runPromtool('check', 'rules', file)).toContain(`SUCCESS: ${targets.length} rules found`);
  });
});

describe('request ids', () => {
  it('are echoed if they are well formed, and only then', async () => {
    const { url } = await startService();
    const idFor = async (shown: string) =>
      (await post(url, 'json', { email: 'ada@example.com' }, { 'x-request-id': shown })).headers[
        'x-request-id'
      ];
    expect(await idFor('0af7651916cd43dd8448eb211c80319c')).toBe('0af7651916cd43dd8448eb211c80319c');
    for (const shown of [
      '',
      'short',
      'a b c d e f',
      'ada@example.com',
      `rst_${'a'.repeat(43)}`,
      'a'.repeat(129),
    ])
      expect(await idFor(shown), shown).toBeUndefined();
  });

  it('stand in every problem, and where a script on an allowed origin can read them', async () => {
    const { url } = await startService({ ALLOWED_ORIGINS: 'https://www.example.com' });
    const origin = 'https://www.example.com';
    const shown = 'id-of-the-web-server';
    for (const path of ['/forms/nothing', '/nothing', '/api/contacts']) {
      const answer = await ask(`${url}${path}`, { headers: { 'x-request-id': shown } });
      expect(answer.headers['x-request-id'], path).toBe(shown);
      expect(JSON.parse(answer.body), path).toMatchObject({ request_id: shown });
    }
    const refused = await post(url, 'json', { email: 'nobody' }, { origin });
    const { request_id: own } = JSON.parse(refused.body) as { readonly request_id: string };
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused.headers['x-request-id']).toBe(own);
    expect(refused.headers['access-control-expose-headers']).toContain('X-Request-Id');
    const preflight = await ask(`${url}/forms/newsletter`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-headers']).toContain('X-Request-Id');
    const accepted = await post(url, 'json', { email: 'ada@example.com' }, { origin });
    expect(accepted.status).toBe(202);
    expect(accepted.headers['x-request-id']).toBeUndefined();
  });

  it('stand in the log of each request', async () => {
    const { url, log } = await startService({ LOG_LEVEL: 'debug' });
    await ask(`${url}/readyz`, { headers: { 'x-request-id': 'id-of-the-web-server' } });
    await vi.waitFor(() => {
      expect(log()).toMatch(/"requestId":"id-of-the-web-server".*"status":200/);
    }, 5000);
  });
});
