import { expect, it } from 'vitest';
import { Sleeper } from '../../../server/store/leasing/sleeper.ts';

const long = 60_000;

it('does not sleep where it was woken since it was told to forget, and only by what it listens to', async () => {
  const sleeper = new Sleeper();
  sleeper.wake('added');
  await sleeper.sleep(long, ['stopping', 'added']);
  sleeper.forget('added');
  let isAwake = false;
  const sleeping = sleeper.sleep(long, ['added']).then(() => (isAwake = true));
  sleeper.wake('resumed');
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAwake).toBe(false);
  sleeper.wake('added');
  await sleeping;
}, 5000);
