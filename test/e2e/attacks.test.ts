import { describe, expect, it } from 'vitest';
import { run } from '../helpers/attack.ts';
import { attacks } from '../helpers/attacks.ts';

/** `npm run bench:attacks` runs the same in full and prints the figures. */
describe.concurrent('the intake with default settings accepts no more than its settings promise', () => {
  it.each(attacks.map((attack) => [attack.name, attack] as const))(
    '%s',
    async (_name, attack) => {
      const outcome = await run(attack, 'quick');
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ otherwise: 0, holds: true });
    },
    300_000,
  );
});
