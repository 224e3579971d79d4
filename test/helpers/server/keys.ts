import type { Sandbox } from '../../../server/sandbox/sandbox.ts';

type WithPage = Pick<Sandbox, 'url'>;

/** Makes a key on the sandbox's page Settings → API Keys and reads it there, like a person. */
export async function createKey({ url }: WithPage, name: string): Promise<string> {
  const answer = await fetch(`${url}/settings/api-keys`, {
    method: 'POST',
    body: new URLSearchParams({ name }),
  });
  const key = /<code>([0-9a-f-]{36})<\/code>/.exec(await answer.text())?.[1];
  if (answer.status !== 201 || key === undefined) throw new Error('no key was made');
  return key;
}

/** Presses "Revoke" beside that name on the same page. */
export async function revokeKey({ url }: WithPage, name: string): Promise<void> {
  const page = await (await fetch(`${url}/settings/api-keys`)).text();
  const row = page.split('<tr>').find((part) => part.includes(`>${name}<`)) ?? '';
  const action = /action="(\/settings\/api-keys\/[^"]+\/revoke)"/.exec(row)?.[1];
  if (action === undefined) throw new Error(`no button to revoke ${name}`);
  const answer = await fetch(url + action, { method: 'POST', redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`revoking ${name} was answered with ${answer.status}`);
}
