import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { besideAcknowledgements, besideLeft } from './beside-acknowledgements.ts';
import { Closers } from './closers.ts';
import type { Config } from './config/config.ts';
import { FunnelCounts } from './analytics/funnel/funnel-counts.ts';
import { People } from './accounts/people.ts';
import { destinationOf } from './config/accounts/destination.ts';
import type { Env } from './config/env.ts';
import { startFormsReload } from './config/reload/forms-reload.ts';
import { warnOfReadable } from './config/secret-files.ts';
import type { SandboxUpstream } from './config/upstream.ts';
import { Deliveries } from './delivery/deliveries.ts';
import { figuresOf, type Figures } from './figures.ts';
import { MinuteSummary } from './delivery/minute-summary.ts';
import { listen } from './http/http-server.ts';
import { impatienceFor, type Impatience } from './http/request-limits.ts';
import { warnOfElsewhere } from './outbox/census.ts';
import { refuseOldOutbox } from './outbox/old-directory.ts';
import { Outbox } from './outbox/outbox.ts';
import { openPlace } from './outbox/place.ts';
import { createMetricsHandler } from './metrics/metrics-handler.ts';
import { Metrics, type MetricsOptions } from './metrics/metrics.ts';
import { openConsent } from './open-consent.ts';
import { openEvents } from './open-events.ts';
import { openOperator } from './open-operator.ts';
import { openFront } from './routes/front.ts';
import { healthOf } from './routes/health.ts';
import type { Sandbox, SandboxOptions } from './sandbox/sandbox.ts';
import { warnOfDisk } from './store/disk-kind.ts';
import { Presence } from './store/presence.ts';
import { ServerSecrets } from './store/secrets/server-secrets.ts';
import { StoreWatch } from './outbox/store-watch.ts';
import { readArchivedSince } from './survival/delivered-contacts.ts';
import { SurvivalWatch } from './survival/watch.ts';
import { realFiles } from './system/files.ts';
import { watchedOutbox } from './watched-outbox.ts';

/** The running product. */
export interface Service {
  /** The URL that it listens on. */
  readonly url: string;
  /** The link that opens the builder if it needs a token; `undefined` if it is open to all or off. */
  readonly builderLink: string | undefined;
  /** The stand-in for rasa.io if no credentials are set. */
  readonly sandbox: Sandbox | undefined;
  /** What this process has counted. Not public: figures that move with a sign-up tell about its address. */
  readonly figures: () => Figures;
  /** Whether rasa.io takes the credentials of each account. */
  readonly tryAccounts: Deliveries['tryNow'];
  /** Reads forms and credentials again, and retries credentials that rasa.io refused. */
  reload(): void;
  /**
   * Stops: accepts no new connections, finishes open answers and flushes the outbox. Takes about ten
   * seconds at most. Rejects where the database could not be closed.
   */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  /** Returns the current environment, from which the credentials are read again. */
  readonly readEnv: () => Env;
  readonly log: Logger;
  /** Whether lines of the log cannot be written now. */
  readonly isLogFailing?: () => boolean;
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'pid' | 'getuid'> & MetricsOptions['process'];
  /** How often it is looked whether the files with forms or credentials have changed. */
  readonly watchIntervalMs?: number;
  /** Overrides the default time limits for senders. */
  readonly impatience?: Partial<Impatience>;
}

const answersGraceMs = 5000;
const deliveryGraceMs = 3000;

/**
 * Opens the parts in the order that a sign-up needs them, and closes them in reverse: the intake first, the
 * disk last. If one part fails to open, closes the others and rejects.
 */
export async function openService({
  config,
  readEnv,
  log,
  builtDir,
  process,
  isLogFailing = () => false,
  watchIntervalMs,
  impatience,
}: ServiceOptions): Promise<Service> {
  const closers = new Closers();
  const close = () => closers.close();

  try {
    const { accounts, dataDir, production: isProduction } = config;
    await refuseOldOutbox(dataDir, realFiles);
    const database = await openPlace({ dataDir, ...config.store }, { log, isProduction, isHurried: true });
    closers.push(() => database.close());
    if (isProduction && !config.store.databaseUrl) await warnOfDisk(dataDir, log);
    const destinations = new Map(accounts.map((account) => [account.name, destinationOf(account)]));
    const outbox = await Outbox.open({ database, destinations, max: config.outbox.max });
    closers.push(() => outbox.close());
    warnOfElsewhere(outbox.counts(), log);

    const [{ upstream }] = accounts;
    const sandbox =
      upstream.is === 'sandbox' ? await openOwnSandbox(upstream, { dataDir, builtDir, log }) : undefined;
    if (sandbox) closers.push(() => sandbox.close());

    void warnOfReadable(config.secretFiles, log);
    const people = await People.open({ database });
    const owner = `process ${process.pid} on ${hostname()}`;
    const events = openEvents({ database, places: destinations, owner, log });
    closers.push(() => events.close());
    const metrics = new Metrics({ engine: database.engine, token: config.metrics.token, process });
    closers.push(() => {
      metrics.close();
    });
    const deliveries = new Deliveries({
      config,
      sandbox,
      pid: process.pid,
      owner,
      database,
      outbox,
      readEnv,
      log,
      watchIntervalMs,
      besideSettled: events.besideSettled,
      people,
      onCall: (account, call) => {
        metrics.countCall(account, call);
      },
      ...besideAcknowledgements(destinations, config.outbox, database),
    });
    closers.push(() => deliveries.close(deliveryGraceMs));
    const survival = new SurvivalWatch({
      database,
      owner,
      accounts: deliveries.readable(),
      keptForHandoverMs: config.outbox.keptForHandoverMs,
      isRead: events.isRead,
      besideLeft: besideLeft(database),
      log,
    });
    closers.push(() => survival.close());

    const presence = database.engine === 'sqlite' ? await Presence.begin({ database }) : undefined;
    closers.push(() => presence?.close());
    const storeWatch = new StoreWatch({ database });
    closers.push(() => storeWatch.close());
    const summary = new MinuteSummary({ stats: () => deliveries.stats(), log });
    closers.push(() => {
      summary.close();
    });
    const health = () =>
      healthOf({
        ...outbox.counts(),
        storeFault: storeWatch.fault,
        most: config.outbox.max,
        areCredentialsRefused: deliveries.accounts().some(({ credentials }) => credentials?.is === 'refused'),
        isUnreachable: deliveries.stats().isUnreachable,
        isLogFailing: isLogFailing(),
      });
    const figures = () => figuresOf({ outbox, deliveries, bots: front.bots() });
    const answerMetrics = createMetricsHandler({
      metrics,
      write: () => metrics.write({ ...figures(), most: config.outbox.max, health: health() }),
    });
    const reload = () => {
      formsFile.reload();
      deliveries.reload();
    };
    const catchMail = config.production ? undefined : sandbox?.catchMail;
    const counts = new FunnelCounts({ database, log });
    closers.push(() => counts.close());
    const live = () => ({ forms: front.forms, reload: formsFile.reload });
    const parts = { config, database, destinations, deliveries, health, live, readEnv, builtDir, process };
    const { refusals, alerts, ...operator } = openOperator({ ...parts, counts, catchMail, owner, log });
    closers.push(() => alerts.close());
    const watched = watchedOutbox({
      outbox,
      storeWatch,
      wake: (account) => {
        deliveries.wake(account);
      },
    });
    const secrets = new ServerSecrets({ database });
    const stored = { database, dataDir, outbox: watched, secrets, destinations, people };
    const optIn = await openConsent({ ...config.mail, catchMail, ...stored, log, owner });
    closers.push(() => optIn.close());
    const front = await openFront({
      operator,
      counts,
      config,
      log,
      builtDir,
      sandbox,
      health,
      metrics,
      answerMetrics: metrics.isPublic ? answerMetrics : undefined,
      outbox: watched,
      confirmations: optIn.confirmations,
      leavings: optIn.leavings,
      onAnswer: (answered, network) => {
        summary.count(answered.outcome);
        metrics.countAnswer(answered.outcome);
        refusals.note(answered, network);
      },
      readsOf: (account) => deliveries.reads(account),
      secrets,
      database,
      people,
      archivedSince: (id) => readArchivedSince(database, id),
      destinations,
      presence,
    });
    closers.push(() => front.close());
    const onReload = front.replaceForms;
    const formsFile = startFormsReload({ config, onReload, log, intervalMs: watchIntervalMs });
    closers.push(() => formsFile.close());
    const server = await listen(front.handle, {
      host: config.host,
      port: config.port,
      ...impatienceFor(config.trustProxy),
      ...impatience,
    });
    closers.push(() => server.close(answersGraceMs));
    if (config.metrics.port !== undefined) {
      const { host, port } = config.metrics;
      const own = await listen(answerMetrics, { host, port, ...impatienceFor(false) });
      log.info({ url: `${own.url}/metrics` }, 'Metrics.');
      closers.push(() => own.close(answersGraceMs));
    }
    closers.push(() => {
      front.answerWaiting();
    });
    alerts.start(front.forms);
    optIn.start(front, config.publicUrl ?? server.url);
    const builderLink =
      front.builderQuery === '' ? undefined : `${config.publicUrl ?? server.url}/${front.builderQuery}`;
    const tryAccounts = () => deliveries.tryNow();
    return { url: server.url, builderLink, sandbox, figures, tryAccounts, reload, close };
  } catch (error) {
    await close().catch((failure: unknown) => {
      log.error({ err: failure }, 'Not everything could be closed.');
    });
    throw error;
  }
}

async function openOwnSandbox(
  { host, port, apiKey }: SandboxUpstream,
  options: Pick<SandboxOptions, 'dataDir' | 'builtDir' | 'log'>,
): Promise<Sandbox> {
  const { openSandbox } = await import('./sandbox/sandbox.ts');
  return openSandbox({ host, port, ...options, ...(apiKey && { apiKey: apiKey.reveal() }) });
}
