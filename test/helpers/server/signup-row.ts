import { createIds } from '../../../server/store/ids.ts';

const newId = createIds();

/** A sign-up as the outbox would store it. */
export function signupRow(
  changes: Record<string, unknown> = {},
): Record<string, unknown> & { readonly id: string } {
  const id = newId();
  return {
    id,
    upstream: 'https://api.example/v1',
    account: 'main',
    form: 'newsletter',
    lane: 0,
    kind: 'upsert',
    person: new Uint8Array(16),
    due: 1000,
    attempts: 0,
    accepted_at: 1000,
    payload: { email: `${id}@example.com` },
    ...changes,
  };
}
