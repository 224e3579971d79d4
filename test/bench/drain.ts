import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { DeliveryWorker } from '../../server/delivery/worker.ts';
import { Outbox } from '../../server/outbox/outbox.ts';
import { createPersonsDelivery } from '../../server/rasa/delivery/v1.ts';
import { createGate } from '../../server/rasa/gate.ts';
import { createRasaHttp, withGate } from '../../server/rasa/http.ts';
import { createKeyRing } from '../../server/rasa/key-ring.ts';
import { createTokenApi } from '../../server/rasa/token-api.ts';
import { openSandbox } from '../../server/sandbox/sandbox.ts';
import { openStore } from '../../server/store/open-store.ts';
import { Secret } from '../../server/system/secret.ts';
import { destination, makeSignup } from './backlog.ts';

export interface DrainFigures {
  readonly minIntervalMs: number;
  readonly signups: number;
  readonly perSecond: number;
  /** Calls to /v1/persons, whatever their outcome. */
  readonly callsPerThousand: number;
}

const delayMs = 100;

/**
 * Delivers waiting sign-ups over HTTP to a sandbox that takes 100 ms for each answer, with the product's own
 * parts.
 */
export async function drain(dir: string, signups: number, minIntervalMs: number): Promise<DrainFigures> {
  // The sandbox's pages are not used here, so nothing has to be built for them.
  const builtDir = join(dir, 'built');
  await mkdir(builtDir, { recursive: true });
  const sandbox = await openSandbox({ port: 0, dataDir: dir, builtDir });
  await fetch(`${sandbox.url}/sandbox/faults`, { method: 'PUT', body: JSON.stringify({ delayMs }) });
  const log = pino({ level: 'silent' });
  const database = await openStore({ dataDir: dir, log });
  const outbox = await Outbox.open({
    database,
    destinations: new Map([['main', destination]]),
    max: Infinity,
  });
  await Promise.all(Array.from({ length: signups }, () => outbox.add(makeSignup())));

  let calls = 0;
  const ungated = createRasaHttp({
    baseUrl: sandbox.url,
    fetch(url, init) {
      if (url === `${sandbox.url}/v1/persons`) calls++;
      return fetch(url, init);
    },
  });
  const http = withGate(ungated, createGate({ minIntervalMs }));
  const { username, password, apiKey = '' } = sandbox.credentials;
  const credentials = {
    username,
    password: new Secret(password),
    apiKey: new Secret(apiKey),
    api: 'v1',
  } as const;
  const sets = [{ number: 1, source: { variable: 'RASA_API_KEY' }, credentials }];
  const keyRing = createKeyRing({ tokens: createTokenApi(http), sets });
  const rasa = createPersonsDelivery({ http, keyRing });

  const start = performance.now();
  const worker = new DeliveryWorker({
    database,
    destination,
    outbox,
    owner: 'bench',
    deliver: (persons, stop) => rasa.addPersons(persons, stop),
    log,
  });
  while (worker.stats().delivered < signups) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - start) / 1000;
  await worker.stop(0);
  await outbox.close();
  await database.close();
  await sandbox.close();
  return { minIntervalMs, signups, perSecond: signups / seconds, callsPerThousand: (calls / signups) * 1000 };
}
