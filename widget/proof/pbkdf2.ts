import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Derive } from './proof.ts';

/** Two turns at most make up one task, far below the 50 ms of a long task. */
const turnMs = 8;

/**
 * Derives keys on the main thread, the only possibility on a page over plain http. It yields to the page
 * every few milliseconds: between derivations, of which a phone of 2018 makes one in 9 ms, and also within
 * them, since the first ones run before the browser has compiled them. Built as `pbkdf2.js`. The signature
 * must not change, because a page may pin an old `embed.js` permanently.
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
 * By message: timers wait for 4 ms each, and for a second or more in a background tab. `scheduler.yield`
 * resumes before the page's own tasks have run.
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
