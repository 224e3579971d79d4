import { expect, it } from 'vitest';
import { startSandbox, tokenIn, type TestSandbox } from '../../helpers/server/sandbox.ts';

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

it('shows a new key once, with how to use it, and the key works', async () => {
  const sandbox = await startSandbox();
  const answer = await sandbox.submit('/settings/api-keys', { name: 'Website' });
  const html = await answer.text();
  const key = keyIn(html);
  expect(answer.status).toBe(201);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(html).toContain('RASA_API_KEY');
  expect((await sandbox.mint(key)).status).toBe(201);

  const later = await sandbox.page('/settings/api-keys');
  expect(later).toContain('Website');
  expect(later).toContain(`${key.slice(0, 8)}…`);
  expect(later).not.toContain(key);
});

it('says when a key was last used', async () => {
  let now = Date.UTC(2026, 0, 1);
  const sandbox = await startSandbox({ now: () => now });
  expect(await sandbox.page('/settings/api-keys')).toContain('never');
  now = Date.UTC(2026, 1, 3, 4, 5, 6);
  await sandbox.mint();
  expect(await sandbox.page('/settings/api-keys')).toContain('2026-02-03T04:05:06.000Z');
});

it('mints no token for a revoked key, while its live tokens keep working', async () => {
  const sandbox = await startSandbox();
  const token = await sandbox.token();
  await revokeFirstKey(sandbox);
  expect((await sandbox.mint()).status).toBe(401);
  expect((await sandbox.api('GET', '/v1/persons', { token })).status).toBe(200);
  expect(await sandbox.page('/settings/api-keys')).toContain('Revoked');
});

it("ends a revoked key's live tokens, and no others, when that is switched on", async () => {
  const sandbox = await startSandbox();
  const token = await sandbox.token();
  const other = keyIn(await (await sandbox.submit('/settings/api-keys', { name: 'Other' })).text());
  const otherToken = tokenIn(await sandbox.mint(other));
  expect((await sandbox.submit('/settings/revocation', { kills_tokens: 'true' })).status).toBe(303);
  expect(await sandbox.page('/settings/api-keys')).toContain('aria-checked="true"');

  await revokeFirstKey(sandbox);
  expect((await sandbox.api('GET', '/v1/persons', { token })).status).toBe(401);
  expect((await sandbox.api('GET', '/v1/persons', { token: otherToken })).status).toBe(200);
});

it('allows rotation: a second key works before the first is revoked', async () => {
  const sandbox = await startSandbox();
  const second = keyIn(await (await sandbox.submit('/settings/api-keys', { name: 'Second' })).text());
  expect((await sandbox.mint()).status).toBe(201);
  await revokeFirstKey(sandbox);
  expect((await sandbox.mint(second)).status).toBe(201);
});

it('shows no more than a quarter of a short key that was given', async () => {
  const sandbox = await startSandbox({ apiKey: 'short-key' });
  expect((await sandbox.mint('short-key')).status).toBe(201);
  const html = await sandbox.page('/settings/api-keys');
  expect(html).toContain('sh…');
  expect(html).not.toContain('sho…');
});

it('gives a name to a key created without one', async () => {
  const sandbox = await startSandbox();
  await sandbox.submit('/settings/api-keys', { name: '  ' });
  expect(await sandbox.page('/settings/api-keys')).toContain('Unnamed');
});

/** Presses the last "Revoke" on the page. It belongs to the first key, since keys are listed newest first. */
async function revokeFirstKey(sandbox: TestSandbox): Promise<void> {
  const html = await sandbox.page('/settings/api-keys');
  const actions = [...html.matchAll(/action="(\/settings\/api-keys\/[^"]+\/revoke)"/g)];
  expect((await sandbox.submit(actions.at(-1)?.[1] ?? 'no such button')).status).toBe(303);
}

function keyIn(html: string): string {
  return new RegExp(`<code>(${uuid.source})</code>`).exec(html)?.[1] ?? 'no key on the page';
}
