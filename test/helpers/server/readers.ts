import type { Env } from '../../../server/config/config.ts';
import { openAccountReads, type AccountReads } from '../../../server/accounts/reads.ts';
import { createRasaHttp, defaultTimeouts } from '../../../server/rasa/http.ts';
import { createOutgoing } from '../../../server/system/network/outgoing.ts';
import { Secret } from '../../../server/system/secret.ts';
import { startSandbox, type TestSandbox } from './sandbox.ts';
import { temporaryDir } from './temporary-dir.ts';

/**
 * A sandbox with sixty readers who came on 30 September, and the environment of a command that reads it. It
 * is 1 November there.
 */
export async function openReaders(
  more: readonly object[] = [],
): Promise<{ readonly sandbox: TestSandbox; readonly env: Env; readonly reads: AccountReads }> {
  let now = Date.UTC(2026, 8, 30, 12);
  const sandbox = await startSandbox({ now: () => now });
  const readers = Array.from({ length: 60 }, (_, index) => ({
    email: `p${index}@personal.example`,
    external_id: `m-${index}`,
  }));
  await sandbox.addPersons(...readers, ...more);
  now = Date.UTC(2026, 10, 1);
  const { username, password, apiKey } = sandbox.credentials;
  const env: Env = {
    RASA_BASE_URL: sandbox.url,
    RASA_USERNAME: username,
    RASA_PASSWORD: password,
    RASA_API_KEY: apiKey,
    RASA_MIN_INTERVAL_MS: '0',
    DATA_DIR: await temporaryDir(),
  };
  const http = createRasaHttp({
    baseUrl: sandbox.url,
    outgoing: createOutgoing({}),
    timeouts: defaultTimeouts,
  });
  const secrets = { password: new Secret(password), apiKey: new Secret(apiKey ?? '') };
  const reads = openAccountReads(http, [
    { number: 1, source: { variable: 'test' }, credentials: { api: 'v1', username, ...secrets } },
  ]);
  return { sandbox, env, reads };
}

/** The calls that a sandbox got below this path. */
export async function readRequests({ url }: TestSandbox, path: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/sandbox/requests`);
  const { requests } = (await answer.json()) as { readonly requests: readonly { readonly path: string }[] };
  return requests.map((request) => request.path).filter((each) => each.startsWith(path));
}
