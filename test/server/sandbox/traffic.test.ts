import { expect, it } from 'vitest';
import { TrafficMeter } from '../../../server/sandbox/control/traffic.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';

function openMeter() {
  const clock = { ms: 0 };
  return { clock, meter: new TrafficMeter({ monotonicMs: () => clock.ms }) };
}

it('counts calls that begin before another one was answered, or soon after', () => {
  const { clock, meter } = openMeter();
  const end = meter.begin();
  meter.begin()();
  end();
  expect(meter.traffic).toEqual({ calls: 2, overlapping: 1, hasty: 0, shortestGapMs: null });
  clock.ms += 200;
  meter.begin()();
  clock.ms += 199;
  meter.begin()();
  clock.ms += 1000;
  meter.begin()();
  expect(meter.traffic).toEqual({ calls: 5, overlapping: 1, hasty: 1, shortestGapMs: 199 });
  meter.clear();
  meter.begin()();
  expect(meter.traffic).toEqual({ calls: 1, overlapping: 0, hasty: 0, shortestGapMs: null });
});

it('is shown for the calls about persons of all versions, and begins anew when it is deleted', async () => {
  const { url, addPersons, api, token, putFaults } = await startSandbox();
  const traffic = async (method = 'GET'): Promise<unknown> =>
    (await fetch(`${url}/sandbox/traffic`, { method })).json();
  expect(await traffic()).toEqual({ calls: 0, overlapping: 0, hasty: 0, shortestGapMs: null });
  await addPersons({ email: 'ada@example.com' });
  const known = await token();
  await api('GET', '/v1/persons', { token: known });
  expect(await traffic()).toMatchObject({ calls: 2, overlapping: 0 });
  await putFaults({ drop: { on: 'persons', when: 'before' } });
  await expect(api('GET', '/v1/persons', { token: known })).rejects.toThrow();
  await putFaults({ delayMs: 100 });
  await Promise.all([1, 2, 3].map(() => api('GET', '/v1/persons', { token: known })));
  expect(await traffic()).toMatchObject({ calls: 6, overlapping: 2 });
  expect(await traffic('DELETE')).toMatchObject({ calls: 0 });
});
