import { expect, it, vi } from 'vitest';
import { startDoubleOptIn } from '../../helpers/server/double-opt-in.ts';
import { readContacts } from '../../helpers/server/service.ts';

const people = 1000;
const atOnce = 20;

it(`${people} people by requests as browsers send them: each is confirmed with one click, or with the code`, async () => {
  const product = await startDoubleOptIn({ fields: ['email'] });
  for (let from = 0; from < people; from += atOnce) {
    const some = Array.from({ length: atOnce }, (_, at) => `person${from + at}@example.com`);
    const tickets = await Promise.all(some.map(async (email) => (await product.signUp(email)).ticket));
    // The sandbox keeps the last 200 mails.
    const letters = await vi.waitFor(
      async () => {
        const all = await product.letters();
        const found = some.flatMap((email) => all.find(({ to }) => to === email) ?? []);
        expect(found).toHaveLength(atOnce);
        return found;
      },
      { timeout: 120_000, interval: 200 },
    );
    const done = await Promise.all(
      letters.map(async ({ link, code }, at) =>
        at % 2 === 0
          ? (await (await fetch(link, { method: 'POST' })).text()).includes('You are in')
          : (await product.waits(tickets[at] ?? '', { code })).json['status'] === 'confirmed',
      ),
    );
    expect(done.filter(Boolean)).toHaveLength(atOnce);
  }
  await vi.waitFor(
    async () => {
      expect(await readContacts(product.sandbox)).toHaveLength(people);
    },
    { timeout: 120_000, interval: 1000 },
  );
}, 900_000);
