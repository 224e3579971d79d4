import type { Database } from '../store/database.ts';
import { mostForgotten } from '../store/slices.ts';
import { forgetOldAnswers } from './request-answers.ts';
import { forgetOld } from './sent-contacts.ts';

const everyMs = 60 * 60_000;

/**
 * Forgets now and every hour what is old, slice by slice, so that sign-ups are written in between. Returns
 * what ends that.
 */
export function keepForgetting(database: Pick<Database, 'write'>, now: () => number): () => void {
  let isEnded = false;
  const forget = async () => {
    const nowMs = now();
    try {
      for (let isMore = true; isMore && !isEnded;) {
        const forgotten = await database.write([forgetOld(nowMs), forgetOldAnswers(nowMs)]);
        isMore = forgotten.some(({ count }) => count === mostForgotten);
      }
    } catch {
      // The store is away: there is a next time.
    }
  };
  const timer = setInterval(() => void forget(), everyMs).unref();
  void forget();
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}
