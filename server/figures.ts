import type { AccountState, Deliveries } from './delivery/deliveries.ts';
import type { DeliveryStats } from './delivery/delivery-call.ts';
import type { OutboxCounts } from './outbox/census.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { BotStats } from './signup/bots.ts';

export interface Figures {
  readonly outbox: Pick<OutboxCounts, 'waiting' | 'deadLetters' | 'oldestMs'> & {
    /** Waiting for other upstreams or accounts than this proxy's. */
    readonly elsewhere: number;
  };
  readonly delivery: DeliveryStats;
  readonly bots: BotStats;
  readonly accounts: readonly AccountState[];
}

export interface FiguresSources {
  readonly outbox: Pick<Outbox, 'counts'>;
  readonly deliveries: Pick<Deliveries, 'stats' | 'accounts'>;
  readonly bots: BotStats;
}

export function figuresOf({ outbox, deliveries, bots }: FiguresSources): Figures {
  const { waiting, deadLetters, oldestMs, elsewhere } = outbox.counts();
  return {
    outbox: {
      waiting,
      deadLetters,
      oldestMs,
      elsewhere: elsewhere.reduce((sum, group) => sum + group.waiting, 0),
    },
    delivery: deliveries.stats(),
    bots,
    accounts: deliveries.accounts(),
  };
}
