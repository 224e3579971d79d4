import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { ReportCache, type ReportCacheOptions } from '../analytics/cache/report-cache.ts';
import type { FunnelCounts, CountedStep } from '../analytics/funnel/funnel-counts.ts';
import { Funnel } from '../analytics/funnel/funnel.ts';
import { ReportLinks } from '../analytics/links/report-links.ts';
import { ownPages } from '../analytics/funnel/page-origin.ts';
import { unnamedAccount } from '../config/accounts/accounts.ts';
import type { Config } from '../config/config.ts';
import type { Confirmations } from '../confirm/confirmations.ts';
import { ConfirmationOnRequest } from '../confirm/on-request.ts';
import { createEvidence, networkSecret } from '../confirm/receipts/evidence.ts';
import { Contacts, type ContactsOptions } from '../contacts/contacts.ts';
import { Tokens } from '../contacts/tokens.ts';
import { Feed } from '../events/feed.ts';
import { loadDisposableDomains } from '../forms/email-address.ts';
import type { FormSpec } from '../forms/form-spec.ts';
import { createForms, type Form, type Forms } from '../forms/forms.ts';
import { createBuilderGate } from '../http/builder-gate.ts';
import { networkOf, createClientAddress } from '../http/client-ip.ts';
import { createOrigins } from '../http/origins.ts';
import { createPublicAddress } from '../http/public-address.ts';
import { readTarget } from '../http/request-limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { NewSignup } from '../outbox/signup.ts';
import { answeredOf, type Answered } from '../signup/answered.ts';
import { createBots, type BotStats } from '../signup/bots.ts';
import { createIntake } from '../signup/intake.ts';
import { createLimits } from '../signup/limits.ts';
import { createPageTokens } from '../signup/page-tokens.ts';
import { createProofs } from '../signup/proofs.ts';
import { createAdaptiveLimits, type AdaptiveLimitsOptions } from '../signup/shared-quotas/adaptive-limits.ts';
import { createSharedLimits } from '../signup/shared-quotas/shared-limits.ts';
import { createTestAddresses } from '../signup/test-addresses.ts';
import type { Database } from '../store/database.ts';
import type { ServerSecrets } from '../store/secrets/server-secrets.ts';
import { senderOf } from '../mail/message.ts';
import { createApp, type AppOptions } from './app.ts';
import type { Health } from './health.ts';

/** Everything visitors reach, wired together: from a request to the sign-up that is added to the outbox. */
export interface Front {
  readonly handle: RequestListener;
  /** The query a link to the builder needs; empty unless the builder requires a token. */
  readonly builderQuery: string;
  /** What was refused, and would have been, since the start. */
  readonly bots: () => BotStats;
  /** As they are now. */
  readonly forms: Forms;
  /** Counts a click in a confirmation mail. */
  readonly countConfirmed: (signup: NewSignup) => void;
  /** Replaces the forms. No request is dropped. */
  readonly replaceForms: (specs: readonly FormSpec[]) => void;
  /** Answers requests that wait for events or reports. To be called before the server is closed. */
  answerWaiting(): void;
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly config: Pick<
    Config,
    | 'accounts'
    | 'addresses'
    | 'allowedOrigins'
    | 'allowLocalhost'
    | 'bots'
    | 'contactsResubscribe'
    | 'builder'
    | 'forms'
    | 'hsts'
    | 'mail'
    | 'plainRates'
    | 'publicUrl'
    | 'ratePages'
    | 'rateToken'
    | 'rates'
    | 'thankYouPages'
    | 'trustProxy'
  >;
  readonly log: Logger;
  /** Directory of the files built for browsers. */
  readonly builtDir: string;
  /** `undefined` if sign-ups go to rasa.io. */
  readonly sandbox: AppOptions['sandbox'];
  readonly health: () => Health;
  readonly outbox: Pick<Outbox, 'add' | 'addAll' | 'addChange' | 'wasAdded' | 'hasRoomFor'>;
  /** Told of the answer to each sign-up request, and the network that it went to. */
  readonly onAnswer?: (answered: Answered, network: string) => void;
  /** What all proxies that share the store sign and hash with. */
  readonly secrets: Pick<ServerSecrets, 'get'>;
  readonly metrics: Pick<Metrics, 'countRequest'>;
  readonly answerMetrics: RequestListener | undefined;
  readonly confirmations: Confirmations;
  readonly leavings: AppOptions['leavings'];
  readonly database: Database;
  readonly readsOf: ReportCacheOptions['readsOf'];
  readonly people: ContactsOptions['people'];
  readonly archivedSince: ContactsOptions['archivedSince'];
  /** Of each account, by its name. */
  readonly destinations: ContactsOptions['destinations'];
  /** With it quotas are counted in memory while this process is alone. */
  readonly presence: AdaptiveLimitsOptions['presence'] | undefined;
  readonly operator?: AppOptions['operator'];
  /** Of what visitors do. */
  readonly counts: Pick<FunnelCounts, 'count' | 'flush'>;
}

export async function openFront({
  config,
  log,
  builtDir,
  sandbox,
  health,
  outbox,
  onAnswer = () => undefined,
  secrets,
  metrics,
  answerMetrics,
  confirmations,
  leavings,
  database,
  readsOf,
  people,
  archivedSince,
  destinations,
  presence,
  operator,
  counts,
}: FrontOptions): Promise<Front> {
  const { addresses, bots: botConfig, plainRates: plain, rates, thankYouPages, trustProxy } = config;
  const secret = botConfig.secret?.reveal() ?? (await secrets.get('challenge'));
  const proofs = createProofs({ secret, work: botConfig.work });
  const bots = createBots({
    ...botConfig,
    proofs,
    tokens: createPageTokens({ key: await secrets.get('page token') }),
    log,
    newId: randomUUID,
  });

  const address = createPublicAddress(config.publicUrl);
  const isDisposableDomain = addresses.disposable === 'allow' ? () => false : await loadDisposableDomains();
  const addressRules = { ...addresses, isDisposableDomain };
  const forms = createForms({
    specs: config.forms.specs,
    address: addressRules,
    proof: botConfig.mode !== 'off',
    thankYouPages,
    allowedOrigins: config.allowedOrigins,
    allowLocalhost: config.allowLocalhost,
    publicOrigin: address.origin,
  });
  const addressKey = await secrets.get('address');
  const shared = createSharedLimits({ rates, plain, addressKey, database });
  const limits = presence
    ? createAdaptiveLimits({ own: createLimits({ rates, plain, addressKey }), shared, presence })
    : shared;
  const origins = createOrigins({ ...config, publicOrigin: address.origin });
  const builder = createBuilderGate(config.builder, await secrets.get('builder'));
  const clientAddress = createClientAddress(trustProxy, log);
  // With credentials there are no test addresses, so that every address is treated as a real one.
  const answerTestAddress = sandbox === undefined ? undefined : createTestAddresses();
  const checks = createIntake({
    origins,
    limits,
    forms,
    bots,
    outbox,
    waitingRoom: confirmations,
    evidenceOf: createEvidence({ database, key: await secrets.get(networkSecret) }),
    answerTestAddress,
  });
  const count = (step: CountedStep, form: Form | undefined, origin: string, reason?: string) => {
    const account = form ? (form.account ?? unnamedAccount) : '';
    counts.count(step, { form: form?.id ?? '', account, origin, reason });
  };
  const intake: typeof checks = {
    ...checks,
    async receive(post) {
      const answer = await checks.receive(post);
      onAnswer(answeredOf(answer), networkOf(post.ip));
      if (answer.is === 'refused') count('refused', answer.form, post.pageOrigin, answer.problem.code);
      // The click that a plain form is asked for stands for the challenge.
      else if (answer.is === 'unconfirmed') count('started', answer.form, post.pageOrigin);
      else if (!answer.isRetry) count('accepted', answer.form, post.pageOrigin);
      return answer;
    },
  };
  const accounts = config.accounts.map(({ name }) => name);
  const contacts = new Contacts({
    ...{ database, outbox, people, archivedSince, destinations },
    waitingRoom: leavings && new ConfirmationOnRequest({ database, forms, firstAccount: accounts[0] ?? '' }),
    resubscribe: config.contactsResubscribe,
    address: addressRules,
    key: await secrets.get('contacts'),
  });
  const feed = new Feed({ database });
  const reports = new ReportCache({ database, readsOf, owner: 'reports', log });
  const app = createApp({
    origins,
    forms,
    intake,
    proofs,
    limits,
    clientAddress,
    rateNetwork: rates.network,
    ratePages: config.ratePages,
    address,
    hsts: config.hsts,
    builtDir,
    builder,
    confirmations,
    leavings,
    addressRules,
    sender: senderOf(config.mail.from),
    contacts,
    feed,
    reports,
    funnel: new Funnel({ database, destinations, counts }),
    reportLinks: new ReportLinks({ database }),
    onStep: count,
    tokens: new Tokens({ database }),
    accounts,
    rateToken: config.rateToken,
    metrics,
    answerMetrics,
    ...(operator && { operator }),
    log,
    sandbox,
    health,
  });

  return {
    builderQuery: builder.query,
    bots: () => bots.stats(),
    forms,
    countConfirmed: ({ form, account = unnamedAccount, origin = ownPages }) => {
      counts.count('confirmed', { form, account, origin });
    },
    replaceForms: (specs) => {
      forms.replace(specs);
    },
    handle(request, response) {
      readTarget(request);
      app(request, response);
    },
    answerWaiting() {
      feed.close();
      reports.stop();
    },
    async close() {
      limits.close();
      contacts.close();
      await reports.close();
    },
  };
}
