import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { useEngines, type Engine } from '../helpers/server/engines.ts';
import type { Product } from '../helpers/server/launch.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startSandbox } from '../helpers/server/sandbox.ts';
import { credentialsFor, readContacts } from '../helpers/server/service.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';
import { waitingIn } from '../helpers/server/waiting.ts';

const { engines, server } = useEngines();
const isSoak = process.env['SOAK'] !== undefined;
/** `SOAK=1` kills ten times as often. */
const kills: Record<Engine, number> = { sqlite: isSoak ? 500 : 50, postgres: isSoak ? 100 : 10 };

describe.each(engines)('a process that is killed under load, on %s', (engine) => {
  it(
    `loses nothing that was accepted, killed ${kills[engine]} times`,
    async () => {
      const sandbox = await startSandbox();
      const env = {
        ...credentialsFor(sandbox),
        DATA_DIR: await directoryInMemory(),
        RASA_MIN_INTERVAL_MS: '0',
        ...(engine === 'postgres' && {
          DATABASE_URL: await server().createDatabase(),
          OUTBOX_KEY: 'ab'.repeat(32),
        }),
      };
      const accepted = new Map<string, string>();
      for (let kill = 0; kill < kills[engine]; kill++) {
        const product = await startProduct(env);
        const before = accepted.size;
        const load = signUpUntilKilled(product, kill, accepted);
        await vi.waitFor(
          () => {
            expect(accepted.size).toBeGreaterThan(before + 5);
          },
          { timeout: 30_000, interval: 5 },
        );
        await sleep(randomInt(0, 120));
        expect(await product.stop('SIGKILL')).toBe('SIGKILL');
        await load;
      }
      expect(accepted.size).toBeGreaterThan(kills[engine] * 5);

      const last = await startProduct(env);
      await vi.waitFor(
        async () => {
          expect(await waitingIn(last, env)).toEqual({ waiting: 0, deadLetters: 0 });
        },
        { timeout: 120_000, interval: 250 },
      );
      const arrived = new Map<string, unknown>();
      for (const { email, first_name } of await readContacts(sandbox)) {
        arrived.set(String(email), first_name);
      }
      // At least the accepted sign-ups, exactly as they were sent. A sign-up whose answer was cut off may
      // have arrived too.
      for (const [email, name] of accepted) expect(arrived.get(email), email).toBe(name);
    },
    isSoak ? 3_600_000 : 900_000,
  );
});

/** Sixteen visitors, several hundred sign-ups per second. Resolves when the process has ended. */
async function signUpUntilKilled(
  { url }: Product,
  round: number,
  accepted: Map<string, string>,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let count = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (;;) {
        const email = `visitor-${round}-${++count}@example.com`;
        const name = `Name ${round} ${count}`;
        const status = await post(`${url}/forms/newsletter`, { email, first_name: name }, agent);
        if (status === undefined) return;
        if (status === 202) accepted.set(email, name);
        await sleep(20);
      }
    }),
  );
  agent.destroy();
}

/** The status of the answer, or `undefined` if the connection broke. */
function post(url: string, fields: Record<string, string>, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode);
      });
      response.on('error', () => {
        resolve(undefined);
      });
    });
    sent.on('error', () => {
      resolve(undefined);
    });
    sent.end(new URLSearchParams(fields).toString());
  });
}
