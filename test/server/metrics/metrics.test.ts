import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { metrics } from '../../../server/metrics/catalogue.ts';
import { suffixes, writeOpenMetrics } from '../../../server/metrics/open-metrics.ts';
import { startService } from '../../helpers/server/service.ts';
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
      expect(figures().delivery.delivered).toBe(7);
    }, 15_000);
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

  it('have no label that a client makes up', async () => {
    const { url } = await startService({ METRICS_TOKEN: token });
    await ask(`${url}/ada@example.com`);
    await ask(`${url}/forms/ada@example.com`, { method: 'PROPFIND' });
    await post(url, 'json', { email: 'ada@example.com', first_name: 'Ada "\\\n' });
    const names = [...(await read(url)).keys()].join('\n');
    expect(names).not.toMatch(/ada|propfind/i);
    expect(names).toContain('method="other"');
  });

  it('escape what stands in a label', () => {
    const samples = [{ labels: { account: 'a"b\\c\nd' }, value: 1 }];
    expect(writeOpenMetrics([{ name: 'x', type: 'gauge', about: 'An x.', samples }])).toBe(
      '# TYPE x gauge\n# HELP x An x.\nx{account="a\\"b\\\\c\\nd"} 1\n# EOF\n',
    );
  });
});

describe('alert rules', () => {
  const file = 'docs/deploy/alerts.yaml';

  it('use names that exist', () => {
    const names = Object.entries(metrics).map(([name, { type }]) => name + suffixes[type]);
    const used = [...readFileSync(file, 'utf8').matchAll(/rasa_signup_\w+/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are valid for promtool', ({ skip }) => {
    if (!existsSync('/usr/bin/promtool')) skip('promtool is not installed (package prometheus).');
    expect(execFileSync('/usr/bin/promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain(
      'SUCCESS: 6 rules found',
    );
  });
});

describe('request ids', () => {
  it('are echoed if they are well formed, and only then', async () => {
    const { url } = await startService();
    const idFor = async (shown: string) =>
      (await ask(`${url}/readyz`, { headers: { 'x-request-id': shown } })).headers['x-request-id'];
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

  it('stand in the log of each request', async () => {
    const { url, log } = await startService({ LOG_LEVEL: 'debug' });
    await ask(`${url}/readyz`, { headers: { 'x-request-id': 'id-of-the-web-server' } });
    await vi.waitFor(() => {
      expect(log()).toMatch(/"requestId":"id-of-the-web-server".*"status":200/);
    }, 5000);
  });
});
