import { describe, expect, it, vi } from 'vitest';
import { redacted } from '../../../server/outbox/signup.ts';
import { startSandbox } from '../../helpers/server/sandbox.ts';
import { credentialsFor, startService } from '../../helpers/server/service.ts';

const linesOf = (log: string) =>
  log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('O11: the log at level info', () => {
  it('has a summary with counts by outcome, and each dead letter with reason and remedy, never an address', async () => {
    const sandbox = await startSandbox();
    await sandbox.putFaults({ refuse: { emails: ['bob@*'], error: 'bob@example.com (Bob) is blocked' } });
    const service = await startService({ ...credentialsFor(sandbox), RASA_MIN_INTERVAL_MS: '0' });
    for (const email of ['ada@example.com', 'bob@example.com', 'nonsense']) {
      const body = new URLSearchParams({ email, first_name: 'Bob' });
      await fetch(`${service.url}/forms/newsletter`, { method: 'POST', body });
    }
    await vi.waitFor(
      () => {
        expect(service.log()).toContain('it is set aside');
      },
      { timeout: 10_000 },
    );
    await service.close();
    const lines = linesOf(service.log());
    expect(lines.find(({ msg }) => msg === 'rasa.io refused a sign-up; it is set aside.')).toMatchObject({
      form: 'newsletter',
      reason: '… (…) is blocked',
      remedy: expect.stringContaining('rasa-signup outbox replay') as string,
    });
    expect(lines.findLast(({ msg }) => msg === 'Summary of the last minute.')).toMatchObject({
      requests: { accepted: 2, invalid: 1 },
      delivered: 1,
      setAside: 1,
    });
    expect(service.log()).not.toMatch(/ada@|bob@|nonsense|Bob/);
  });

  it('has no summary where nothing has happened', async () => {
    const service = await startService();
    await service.close();
    expect(service.log()).not.toContain('Summary');
  });

  it.each([
    ['ada@example.com is blocked', '… is blocked'],
    ['"ADA@EXAMPLE.COM" is blocked', '"…" is blocked'],
    ['/persons?email=ada%40example.com', '/persons?email=…'],
    ['Miss Lovelace is blocked, see other@example.org', 'Miss … is blocked, see …'],
    ['No such segment', 'No such segment'],
  ])('shows nothing of the contact: %s', (reason, shown) => {
    expect(redacted(reason, { email: 'ada@example.com', last_name: 'Lovelace', x: 'no' })).toBe(shown);
  });

  it('reads a long reason in the time that its length takes', () => {
    const long = 'w'.repeat(200_000);
    const before = process.cpuUsage().user;
    expect(redacted(`${long} ${long}@example.org`, { email: 'ada@example.com' })).toBe(`${long} …`);
    // The square of its length would be minutes.
    expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
  });
});
