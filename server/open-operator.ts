import type { Config } from './config/config.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import { openAlerts, type OpenAlerts, type OpenAlertsOptions } from './open-alerts.ts';
import { OperatorAccess } from './operator/access.ts';
import { startChecks } from './doctor/doctor.ts';
import type { Env } from './config/env.ts';
import { FiguresReader, type FiguresOptions } from './operator/figures.ts';
import { Refusals } from './operator/refusals.ts';
import { SetupChecks } from './operator/setup-checks.ts';
import type { OperatorState } from './operator/verdict.ts';
import { DeadLetters } from './outbox/dead-letters.ts';
import type { Health } from './routes/health.ts';
import type { OperatorRoutesOptions } from './routes/operator/operator-routes.ts';
import { readVersion } from './system/version.ts';

export interface OperatorOptions
  extends
    Pick<FiguresOptions, 'database' | 'destinations' | 'counts'>,
    Pick<OpenAlertsOptions, 'catchMail' | 'owner' | 'log'> {
  readonly config: Pick<Config, 'operatorPassword'> & OpenAlertsOptions['config'];
  readonly deliveries: Pick<Deliveries, 'accounts' | 'calls'>;
  readonly health: () => Health;
  readonly reload: () => void;
  /** For the checks of `doctor`. */
  readonly readEnv: () => Env;
  readonly builtDir: string;
  readonly process: Pick<NodeJS.Process, 'getuid'>;
}

export type Operator = Pick<
  OperatorRoutesOptions,
  'access' | 'figures' | 'setup' | 'deadLetters' | 'reload' | 'version'
> & {
  /** To be told of every answer to a sign-up. */
  readonly refusals: Refusals;
  readonly alerts: OpenAlerts;
};

/** The parts of the operator page, and what tells the operator without being asked. */
export function openOperator(options: OperatorOptions): Operator {
  const { config, database, destinations, deliveries, health, reload } = options;
  const { readEnv, builtDir, process } = options;
  const refusals = new Refusals();
  const storeFault = () => health().reasons.find(isStoreFault);
  const setup = new SetupChecks(() => startChecks({ env: readEnv(), pages: [], builtDir, process }));
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
    reload,
    version: readVersion(),
    refusals,
    alerts: openAlerts({ ...options, storeFault }),
  };
}

function isStoreFault(reason: string): reason is NonNullable<OperatorState['storeFault']> {
  return reason === 'disk' || reason === 'store' || reason === 'outbox_full';
}
