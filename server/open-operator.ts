import { unnamedAccount } from './config/accounts/accounts.ts';
import type { Config } from './config/config.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { SetState } from './rasa/credentials.ts';
import { openAlerts, type OpenAlerts, type OpenAlertsOptions } from './open-alerts.ts';
import { OperatorAccess } from './operator/access.ts';
import type { Env } from './config/env.ts';
import { FiguresReader, type FiguresOptions } from './operator/figures.ts';
import type { Forms } from './forms/forms.ts';
import { Refusals } from './operator/refusals.ts';
import { SetupChecks } from './operator/setup-checks.ts';
import type { OperatorState } from './operator/verdict.ts';
import { DeadLetters } from './outbox/dead-letters.ts';
import type { Health } from './routes/health.ts';
import type { OperatorRoutesOptions } from './routes/operator/operator-routes.ts';
import { readVersion } from './system/product.ts';

export interface OperatorOptions
  extends
    Pick<FiguresOptions, 'database' | 'destinations' | 'counts'>,
    Pick<OpenAlertsOptions, 'catchMail' | 'owner' | 'log'> {
  readonly config: Pick<Config, 'operatorPassword'> & OpenAlertsOptions['config'];
  readonly deliveries: Pick<Deliveries, 'accounts' | 'calls' | 'reloadEverywhere' | 'setKey'>;
  readonly health: () => Health;
  /** The forms that are served; `reload` reads their file again. */
  readonly live: () => { readonly forms: Pick<Forms, 'all'>; readonly reload: () => void };
  /** For the checks of `doctor`. */
  readonly readEnv: () => Env;
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'getuid'>;
}

export type Operator = Pick<
  OperatorRoutesOptions,
  'access' | 'figures' | 'setup' | 'deadLetters' | 'reload' | 'setKey' | 'version'
> & {
  /** To be told of every answer to a sign-up. */
  readonly refusals: Refusals;
  readonly alerts: OpenAlerts;
};

/** The parts of the operator page, and what tells the operator without being asked. */
export function openOperator(options: OperatorOptions): Operator {
  const { config, database, destinations, deliveries, health, live } = options;
  const { readEnv, builtDir, process } = options;
  const refusals = new Refusals();
  const storeFault = () => health().reasons.find(isStoreFault);
  const setup = new SetupChecks(async () => {
    const { startChecks } = await import('./doctor/doctor.ts');
    return startChecks({ env: readEnv(), pages: [], builtDir, process });
  });
  const figures = new FiguresReader({
    database,
    destinations,
    refusals,
    storeFault,
    counts: options.counts,
    setup,
    calls: deliveries.calls,
    accounts: () =>
      deliveries.accounts().map(({ name, credentials, stats }) => ({
        name,
        credentials: credentials?.is,
        keys: credentials?.sets ?? [],
        refusalStatus: lastRefusalOf(credentials?.sets ?? []),
        areKeysRetired: credentials?.sets.every(({ isWithdrawn }) => isWithdrawn) ?? false,
        forms: formsOf(live().forms, name),
        isUnreachable: stats.isUnreachable,
        pausedForMs: stats.pausedForMs,
        lastSuccess: stats.lastSuccess,
      })),
  });
  return {
    access: new OperatorAccess({ database, password: config.operatorPassword }),
    figures,
    setup,
    deadLetters: new DeadLetters({ database }),
    reload() {
      live().reload();
      return deliveries.reloadEverywhere();
    },
    setKey: (account, fingerprint, is) => deliveries.setKey(account, fingerprint, is),
    version: readVersion(),
    refusals,
    alerts: openAlerts({ ...options, storeFault }),
  };
}

function lastRefusalOf(
  sets: readonly { readonly lastRefusal?: SetState['lastRefusal'] }[],
): number | undefined {
  const refusals = sets.map(({ lastRefusal }) => lastRefusal).filter((one) => one !== undefined);
  return refusals.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)?.status;
}

/** The forms that add contacts to this account: always, or where a visitor asks for its newsletter. */
function formsOf(forms: Pick<Forms, 'all'>, name: string): readonly string[] {
  return forms.all().flatMap(({ id, account = unnamedAccount, newsletters }) => {
    const names = [account, ...newsletters.map((one) => one.account)];
    return names.includes(name) ? [id] : [];
  });
}

function isStoreFault(reason: string): reason is NonNullable<OperatorState['storeFault']> {
  return reason === 'disk' || reason === 'store' || reason === 'outbox_full';
}
