import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Health } from './app.ts';
import type { Config, SandboxUpstream } from './config.ts';
import { startCourier, type Courier } from './courier.ts';
import { maxHeaders, openFront } from './front.ts';
import { listen } from './http-server.ts';
import type { Outbox } from './outbox.ts';
import { openFileOutbox } from './outbox/file.ts';
import { createRasaClient } from './rasa/client.ts';
import { createKeyRing, type KeyRingState } from './rasa/credentials.ts';
import { createRasaHttp } from './rasa/http.ts';
import { openSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { Secret, type Credentials } from './secret.ts';
import type { TrustProxy } from './settings.ts';

/** The product, running. */
export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** The stand-in for rasa.io, where no credentials are set. */
  readonly sandbox: Sandbox | undefined;
  /** No new connections, answers finished, the outbox flushed; within about ten seconds whatever happens. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly log: Logger;
  /** The directory with the files that the build made for browsers. */
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'pid' | 'kill'>;
  /** Told when another process has taken the data directory away: nothing may be written to it any more. */
  readonly onLost: () => void;
  /** Instead of the time that senders have by default. */
  readonly impatience?: Partial<Impatience>;
}

const answersGraceMs = 5000;
const deliveryGraceMs = 3000;

/** How long and how much of a sender is waited for, as `node:http` calls it; all in ms but the sizes. */
export type Impatience = ReturnType<typeof impatienceFor>;

/**
 * A phone on a bad line sends its 2 KiB within seconds; whoever takes longer holds a connection that somebody else
 * waits for.
 */
function impatienceFor(trustProxy: TrustProxy) {
  return {
    /** From the connection, or the first byte of a further request, to the end of the headers. */
    headersTimeout: 10_000,
    /** From there too, to the end of the body. */
    requestTimeout: 20_000,
    /** How often those two are looked at, and with it how late they may be. */
    connectionsCheckingInterval: 2000,
    /** For whoever asks and does not read the answers, which those two do not see. */
    timeout: 30_000,
    /**
     * Visitors come once. A proxy in front must be the one that closes, or a sign-up that it just sends is lost to its
     * visitor: nginx and AWS keep a connection for 60 s, Traefik for 90 s, Caddy for 120 s.
     */
    keepAliveTimeout: trustProxy === false ? 10_000 : 125_000,
    /** Of the target, and of all names and values: room for the cookies of the domain's other sites. */
    maxHeaderSize: 16 * 1024,
    maxHeadersCount: maxHeaders,
    // No maxRequestsPerSocket: a proxy's few connections carry everybody, and Node would answer 503 beyond it.
  };
}

/** Opens the parts in the order that a sign-up needs them, and closes them in reverse: the door first, the disk last. */
export async function openService({
  config,
  log,
  builtDir,
  process,
  onLost,
  impatience,
}: ServiceOptions): Promise<Service> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };

  try {
    const { upstream } = config;
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

    const http = createRasaHttp({
      baseUrl: upstream.is === 'rasa' ? upstream.baseUrl : (sandbox?.url ?? ''),
    });
    const credentials = upstream.is === 'rasa' ? upstream.credentials : credentialsOf(sandbox);
    const keyRing = createKeyRing({ http, credentials, onChange: reportKeyRing(log) });
    const rasa = createRasaClient({ http, keyRing, minIntervalMs: config.rasaMinIntervalMs });
    const courier = startCourier({
      outbox,
      deliver: (persons, stop) => rasa.addPersons(persons, stop),
      batchSize: config.rasaBatch,
      minIntervalMs: config.rasaMinIntervalMs,
      maxAgeMs: config.outbox.maxAgeMs,
      log,
    });
    closers.push(() => courier.stop(deliveryGraceMs));

    const front = await openFront({
      config,
      log,
      builtDir,
      sandbox: sandbox?.url,
      health: () => healthOf(outbox, courier),
      async add(signup) {
        const added = await outbox.add(signup);
        courier.wake();
        return added;
      },
    });
    closers.push(() => front.close());
    const server = await listen(front.handle, {
      host: config.host,
      port: config.port,
      ...impatienceFor(config.trustProxy),
      ...impatience,
    });
    closers.push(() => server.close(answersGraceMs));
    return { url: server.url, sandbox, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function healthOf(outbox: Outbox, courier: Courier): Pick<Health, 'outbox' | 'courier'> {
  const { waiting, setAside, oldestMs } = outbox.counts();
  const oldest = oldestMs === undefined ? undefined : new Date(oldestMs).toISOString();
  return { outbox: { waiting, setAside, oldest }, courier: courier.stats() };
}

async function openOwnSandbox(
  upstream: SandboxUpstream,
  dataDir: string,
  builtDir: string,
): Promise<Sandbox> {
  const { host, port, apiKey } = upstream;
  return openSandbox({ host, port, dataDir, builtDir, ...(apiKey && { apiKey: apiKey.reveal() }) });
}

/** The sandbox's own; without its key file a key that it refuses, which is what a lost key would be at rasa.io. */
function credentialsOf(sandbox: Sandbox | undefined): Credentials {
  const { username, password, apiKey } = sandbox?.credentials ?? { username: '', password: '', apiKey: '' };
  return { username, password: new Secret(password), apiKey: new Secret(apiKey ?? 'missing') };
}

function reportKeyRing(log: Logger): (state: KeyRingState) => void {
  return (state) => {
    if (state.is === 'working') {
      log.info('rasa.io takes the credentials again.');
      return;
    }
    log.error(
      { status: state.status, key: state.key.fingerprint },
      'rasa.io refuses the credentials. Sign-ups are accepted and wait. Check RASA_USERNAME, RASA_PASSWORD and ' +
        'RASA_API_KEY (rasa.io, Settings → API Keys), and start again.',
    );
  };
}
