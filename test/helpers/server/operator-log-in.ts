import { expect, vi } from 'vitest';

/** The cookie of a session. After a start on many rows the store does not take writes at once. */
export function logInToOperator(url: string, password: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const { status, headers } = await fetch(`${url}/operator/log-in`, {
        method: 'POST',
        body: new URLSearchParams({ password }),
        redirect: 'manual',
      });
      expect(status).toBe(303);
      return headers.get('set-cookie')?.split(';')[0] ?? '';
    },
    { timeout: 120_000, interval: 500 },
  );
}
