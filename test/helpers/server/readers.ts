import type { Env } from '../../../server/config/config.ts';
import { startSandbox, type TestSandbox } from './sandbox.ts';
import { temporaryDir } from './temporary-dir.ts';

/**
 * A sandbox with sixty readers who came on 30 September, and the environment of a command that reads it. It
 * is 1 November there.
 */
export async function openReaders(
  more: readonly object[] = [],
): Promise<{ readonly sandbox: TestSandbox; readonly env: Env }> {
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
  return { sandbox, env };
}
