import { isFull, type Outbox } from './outbox/outbox.ts';
import type { StoreWatch } from './outbox/store-watch.ts';

interface WatchedOutboxOptions {
  readonly outbox: Outbox;
  readonly storeWatch: Pick<StoreWatch, 'watch'>;
  /** Told of each account that something was added for. */
  readonly wake: (account: string | undefined) => void;
}

/** The outbox for those who add: what it says of the store is noted, and delivery begins at once. */
export function watchedOutbox({
  outbox,
  storeWatch,
  wake,
}: WatchedOutboxOptions): Pick<
  Outbox,
  'add' | 'addAll' | 'addChange' | 'addElsewhere' | 'wasAdded' | 'hasRoomFor'
> {
  return {
    wasAdded: (retry) => outbox.wasAdded(retry),
    hasRoomFor: (count) => outbox.hasRoomFor(count),
    addElsewhere: (insert, once) => storeWatch.watch(outbox.addElsewhere(insert, once), isFull),
    async add(signup, once) {
      const added = await storeWatch.watch(outbox.add(signup, once), isFull);
      for (const name of [signup.account, ...(signup.alsoTo ?? [])]) wake(name);
      return added;
    },
    async addAll(signups, beside) {
      await storeWatch.watch(outbox.addAll(signups, beside), isFull);
      for (const name of new Set(signups.flatMap(({ account, alsoTo = [] }) => [account, ...alsoTo])))
        wake(name);
    },
    async addChange(change, beside) {
      await storeWatch.watch(outbox.addChange(change, beside), isFull);
      wake(change.account);
    },
  };
}
