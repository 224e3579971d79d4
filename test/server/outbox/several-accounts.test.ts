import { expect, it, describe, onTestFinished } from 'vitest';
import { Outbox, OutboxFull } from '../../../server/outbox/outbox.ts';
import { sameSql } from '../../../server/store/database.ts';
import { useEngines } from '../../helpers/server/engines.ts';
import { makeSignup } from '../../helpers/server/outbox.ts';
import { openTestStore } from '../../helpers/server/store.ts';

const { engines, newPlace } = useEngines();

describe.each(engines)('a sign-up for several accounts, on %s', (engine) => {
  const open = async (max = Infinity) => {
    const database = await openTestStore(await newPlace(engine));
    const destinations = new Map(
      ['harbour', 'engine-room'].map((name) => [name, { upstream: 'v1 https://x.example', account: name }]),
    );
    const outbox = await Outbox.open({ database, destinations, max });
    onTestFinished(() => outbox.close());
    const rows = async () =>
      (await database.read({ sql: sameSql('select account from signups order by account') })).map(
        ({ account }) => account,
      );
    return { outbox, rows };
  };
  const signup = makeSignup('ada', { account: 'harbour', alsoTo: ['engine-room'] });

  it('has a row for each, stored together and once', async () => {
    const { outbox, rows } = await open();
    expect(await outbox.add(signup, { retry: 'the same' })).toBe('stored');
    expect(await outbox.add(signup, { retry: 'the same' })).toBe('duplicate');
    expect(await rows()).toEqual(['engine-room', 'harbour']);
    expect(outbox.counts().waiting).toBe(2);
  });

  it('needs room for all of them', async () => {
    const { outbox, rows } = await open(1);
    await expect(outbox.add(signup)).rejects.toThrow(OutboxFull);
    expect(await rows()).toEqual([]);
  });

  it('goes to each when it was confirmed', async () => {
    const { outbox, rows } = await open();
    await outbox.addAll([{ ...signup, id: '019ac0de-0000-7000-8000-000000000000' }], []);
    expect(await rows()).toEqual(['engine-room', 'harbour']);
  });
});
