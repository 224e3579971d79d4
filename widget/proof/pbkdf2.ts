import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Derive } from './proof.ts';

/** Two of them at most make one task, which is far below a long one's 50 ms. */
const turnMs = 8;

/**
 * Derives on the main thread, which is all there is on a page over plain http, and gives it back to the page every
 * few milliseconds: between the derivations, of which a phone of 2018 makes one in 9 ms, and also within them, since
 * the first ones run before the browser has compiled them. Built as `proof.js`. A page may hold on to an old
 * `embed.js` for ever, and so this signature has to stay.
 */
export function createDerive(): Derive {
  let turnEnds = 0;
  return async (password, salt, { cost, keyLength }) => {
    if (performance.now() >= turnEnds) {
      await nextTurn();
      turnEnds = performance.now() + turnMs;
    }
    return pbkdf2Async(sha256, password, salt, { c: cost, dkLen: keyLength, asyncTick: turnMs });
  };
}

/**
 * By message: timers wait for 4 ms each, and for a second or more in a tab that was left, and `scheduler.yield` comes
 * back before the page's own tasks had their turn.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
