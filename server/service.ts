import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config, SandboxUpstream } from './config/config.ts';
import type { Env } from './config/env.ts';
import { startFormsReload } from './config/forms-reload.ts';
import { warnOfReadable } from './config/secret-files.ts';
import { openUpstream, type Upstream } from './delivery/upstream.ts';
import { startDeliveryWorker, type DeliveryWorker } from './delivery/worker.ts';
import { listen } from './http/http-server.ts';
import { impatienceFor, type Impatience } from './http/request-limits.ts';
import { openFileOutbox } from './outbox/file/file-outbox.ts';
import type { Outbox } from './outbox/outbox.ts';
import { openFront } from './routes/front.ts';
import type { Health } from './routes/health-routes.ts';
import { openSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { openStore } from './store/open-store.ts';

/** The product, running. */
export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** Opens the builder, where not everybody may; `undefined` where everybody or nobody may. */
  readonly builderLink: string | undefined;
  /** The stand-in for rasa.io, where no credentials are set. */
  readonly sandbox: Sandbox | undefined;
  /** Reads the forms and the credentials again, and tries also those that rasa.io refused. */
  reload(): void;
  /** No new connections, answers finished, the outbox flushed; within about ten seconds whatever happens. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  /** The environment as it is now, from which the credentials are read again. */
  readonly readEnv: () => Env;
  readonly log: Logger;
  /** The directory with the files that the build made for browsers. */
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill'>;
  /** Told when another process has taken the data directory away: nothing may be written to it any more. */
  readonly onLost: () => void;
  /** How often it is looked whether the files with forms or credentials have changed. */
  readonly watchIntervalMs?: number;
  /** Instead of the time that senders have by default. */
  readonly impatience?: Partial<Impatience>;
}

const answersGraceMs = 5000;
const deliveryGraceMs = 3000;

/** Opens the parts in the order that a sign-up needs them, and closes them in reverse: the intake first, the disk last. */
export async function openService({
  config,
  readEnv,
  log,
  builtDir,
  process,
  onLost,
  watchIntervalMs,
  impatience,
}: ServiceOptions): Promise<Service> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };

  try {
    const { upstream } = config;
    const database = await openStore({ dataDir: config.dataDir, log });
    closers.push(() => database.close());
    const sandbox =
      upstream.is === 'sandbox' ? await openOwnSandbox(upstream, config.dataDir, builtDir) : undefined;
    if (sandbox) closers.push(() => sandbox.close());

    const { max, key, duplicateWindowMs } = config.outbox;
    const outbox = await openFileOutbox({
      dir: join(config.dataDir, 'outbox'),
      max,
      key,
      duplicateWindowMs,
      log,
      process,
      onLost,
    });
    closers.push(() => outbox.close());

    void warnOfReadable(config.secretFiles, log);
    const rasa = openUpstream({
      config,
      sandbox,
      pid: process.pid,
      database,
      readEnv,
      onReload: () => {
        worker.resume();
      },
      log,
      watchIntervalMs,
    });
    closers.push(() => rasa.close());
    const worker = startDeliveryWorker({
      outbox,
      deliver: rasa.deliver,
      batchSize: config.rasaBatch,
      minIntervalMs: config.rasaMinIntervalMs,
      maxAgeMs: config.outbox.maxAgeMs,
      log,
    });
    closers.push(() => worker.stop(deliveryGraceMs));

    const front = await openFront({
      config,
      log,
      builtDir,
      sandbox: sandbox?.url,
      health: () => healthOf(outbox, worker, rasa),
      async add(signup) {
        const added = await outbox.add(signup);
        worker.wake();
        return added;
      },
    });
    closers.push(() => front.close());
    const formsFile = startFormsReload({
      config,
      onReload: front.replaceForms,
      log,
      intervalMs: watchIntervalMs,
    });
    closers.push(() => formsFile.close());
    const reload = () => {
      formsFile.reload();
      rasa.reload();
    };
    const server = await listen(front.handle, {
      host: config.host,
      port: config.port,
      ...impatienceFor(config.trustProxy),
      ...impatience,
    });
    closers.push(() => server.close(answersGraceMs));
    const builderLink = front.builderQuery === '' ? undefined : `${server.url}/${front.builderQuery}`;
    return { url: server.url, builderLink, sandbox, reload, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function healthOf(outbox: Outbox, worker: DeliveryWorker, rasa: Upstream): Omit<Health, 'bots'> {
  const { waiting, deadLetters, oldestMs } = outbox.counts();
  const oldest = oldestMs === undefined ? undefined : new Date(oldestMs).toISOString();
  return {
    outbox: { waiting, deadLetters, oldest },
    delivery: worker.stats(),
    credentials: rasa.health(),
  };
}

async function openOwnSandbox(
  upstream: SandboxUpstream,
  dataDir: string,
  builtDir: string,
): Promise<Sandbox> {
  const { host, port, apiKey } = upstream;
  return openSandbox({ host, port, dataDir, builtDir, ...(apiKey && { apiKey: apiKey.reveal() }) });
}
