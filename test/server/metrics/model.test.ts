import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';
import { ask, post } from '../../helpers/sites/visitor.ts';

const token = 'a-token-of-the-monitoring-0123456789';
const password = 'correct horse battery';
const kinds = ['taken', 'refused by rasa.io', 'mistyped', 'unknown field', 'no such form'] as const;

/** The samples of a metric, by the value of one label. */
function samplesOf(text: string, name: string, label: string): Record<string, number> {
  const found = text.matchAll(new RegExp(`^${name}\\{[^}]*${label}="([^"]*)"[^}]*\\} (\\S+)$`, 'gm'));
  return Object.fromEntries([...found].map(([, key = '', value]) => [key, Number(value)]));
}

function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

it('metrics, health, the log and the operator page agree with what was sent and answered', async () => {
  const [load = []] = fc.sample(fc.array(fc.constantFrom(...kinds), { minLength: 30, maxLength: 30 }), 1);
  const sandbox = await startSandbox();
  const { url, log } = await startService({
    ...credentialsFor(sandbox),
    METRICS_TOKEN: token,
    OPERATOR_PASSWORD: password,
    LOG_LEVEL: 'debug',
  });
  const emailOf = (index: number) => `a${index}@example.com`;
  const refusing = load.flatMap((kind, index) => (kind === 'refused by rasa.io' ? [emailOf(index)] : []));
  await sandbox.putFaults({ refuse: { emails: refusing } });
  const answers: Record<string, number> = {};
  const statuses: Record<string, number> = {};
  for (const [index, kind] of load.entries()) {
    const email = kind === 'mistyped' ? 'nobody' : emailOf(index);
    const form = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const answer =
      kind === 'no such form'
        ? await ask(`${url}/forms/nothing`, form)
        : await post(url, 'json', { email, ...(kind === 'unknown field' && { nonsense: 'x' }) });
    const { code = 'accepted' } = JSON.parse(answer.body) as { readonly code?: string };
    answers[code] = (answers[code] ?? 0) + 1;
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  }
  const accepted = answers['accepted'] ?? 0;
  const setAside = refusing.length;
  const delivered = accepted - setAside;
  const metrics = async () =>
    (await ask(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).body;
  await vi.waitFor(
    async () => {
      const text = await metrics();
      expect(valueOf(text, 'rasa_signup_delivered_total')).toBe(delivered);
      expect(valueOf(text, 'rasa_signup_dead_letters')).toBe(setAside);
      const counted = Object.values(
        samplesOf(text, 'rasa_signup_http_request_duration_seconds_count', 'route'),
      );
      expect(counted.length).toBeGreaterThan(0);
    },
    { timeout: 15_000, interval: 100 },
  );
  const text = await metrics();
  const told = Object.entries(samplesOf(text, 'rasa_signup_answers_total', 'outcome'));
  expect(Object.fromEntries(told.filter(([, count]) => count > 0))).toEqual(answers);
  expect(valueOf(text, 'rasa_signup_outbox_waiting')).toBe(0);
  expect(valueOf(text, 'rasa_signup_delivery_refusals_total')).toBe(setAside);
  const posts = text.matchAll(
    /^rasa_signup_http_request_duration_seconds_count\{method="POST",route="\/forms\/:form",status="(\d+)"\} (\d+)$/gm,
  );
  expect(Object.fromEntries([...posts].map(([, status = '', count]) => [status, Number(count)]))).toEqual(
    statuses,
  );
  expect(JSON.parse((await ask(`${url}/healthz`)).body)).toMatchObject({ status: 'ok', reasons: [] });
  expect(samplesOf(text, 'rasa_signup_health', 'status')).toMatchObject({ ok: 1 });

  const lines = log()
    .split('\n')
    .filter((line) => line.includes('"method":"POST","route":"/forms/:form"'));
  const logged = Object.keys(statuses).map((status) => [
    status,
    lines.filter((line) => line.includes(`"status":${status}`)).length,
  ]);
  expect(Object.fromEntries(logged)).toEqual(statuses);
  expect(log()).not.toContain('@example.com');

  const entered = await fetch(`${url}/operator/log-in`, {
    method: 'POST',
    body: new URLSearchParams({ password }),
    redirect: 'manual',
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const look = async () => {
    const html = await (await fetch(`${url}/operator`, { headers: { cookie } })).text();
    return html
      .replaceAll(/<!--.*?-->/gs, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/(?:\s|&nbsp;)+/g, ' ')
      .replaceAll(' .', '.');
  };
  const words = await look();
  expect(words).toContain(
    `${accepted} accepted = ${delivered} at rasa.io + 0 waiting + ${setAside} set aside`,
  );
  expect(words).toContain(`${load.length - accepted} refused.`);
  if (setAside > 0) expect(words).toContain(`Set aside: ${setAside}`);
  // The funnel has what was sent to forms that do not exist, too.
  expect(words).toMatch(new RegExp(`Sent ${load.length} .*Accepted ${accepted} .*At rasa.io ${delivered} `));

  // And while rasa.io is away.
  await sandbox.putFaults({ answer: { status: 503, on: 'persons' } });
  const late = 1 + (load.length % 3) + setAside;
  for (let index = 0; index < late; index++) await post(url, 'json', { email: `late${index}@example.com` });
  await vi.waitFor(
    async () => {
      const now = await metrics();
      expect(valueOf(now, 'rasa_signup_outbox_waiting')).toBe(late);
      expect(valueOf(now, 'rasa_signup_outbox_oldest_seconds')).toBeGreaterThan(0);
      expect(valueOf(now, 'rasa_signup_circuit_open')).toBe(1);
      expect(samplesOf(now, 'rasa_signup_answers_total', 'outcome')['accepted']).toBe(accepted + late);
      const calls = samplesOf(now, 'rasa_signup_upstream_call_duration_seconds_count', 'status');
      expect(calls['503']).toBeGreaterThan(0);
      expect(await look()).toContain(
        `${accepted + late} accepted = ${delivered} at rasa.io + ${late} waiting + ${setAside} set aside`,
      );
    },
    { timeout: 20_000, interval: 200 },
  );
  // Nobody has waited for long: neither says that anything is stuck.
  expect(JSON.parse((await ask(`${url}/healthz`)).body)).toMatchObject({ status: 'ok' });
  expect(await look()).toContain('Is anything stuck? Nothing');
  expect(log()).not.toContain('@example.com');
}, 90_000);
