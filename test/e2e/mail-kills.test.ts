import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeCertificate } from '../helpers/server/certificate.ts';
import { startProduct } from '../helpers/server/product.ts';
import { startRelay } from '../helpers/server/relay.ts';
import { directoryInMemory } from '../helpers/server/temporary-dir.ts';

/** Where the process is killed, at the third message. */
const steps = ['when a message is on its way', 'when the relay has taken it, before that is noted'] as const;
const people = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'].map((name) => `${name}@example.com`);

// Another process waits ten seconds for the lease of the one that was killed.
it.each(process.env['SOAK'] === undefined ? steps.slice(1) : steps)(
  'a kill %s loses no mail, and sends none more than twice',
  async (step) => {
    const dataDir = await directoryInMemory();
    const running = { kill: (): unknown => undefined };
    let messages = 0;
    const { key, cert, certPath } = makeCertificate(dataDir);
    const logins: unknown[] = [];
    const relay = await startRelay({
      // Takes nothing before STARTTLS and a log-in.
      ...{ key, cert, disabledCommands: [], authOptional: false, login: 'news:p%40ss@' },
      onAuth: ({ username, password }, _session, done) => {
        logins.push([username, password]);
        done(null, { user: username });
      },
      hold: () => {
        messages++;
        if (messages === 3 && step === 'when a message is on its way') running.kill();
        return Promise.resolve();
      },
      message: () => {
        if (messages === 3 && step === 'when the relay has taken it, before that is noted') running.kill();
        return undefined;
      },
    });
    const forms = join(dataDir, 'forms.json');
    await writeFile(forms, JSON.stringify({ forms: { letter: { confirm: 'always', fields: ['email'] } } }));
    const env = {
      DATA_DIR: dataDir,
      FORMS_FILE: forms,
      SMTP_URL: relay.url.reveal(),
      MAIL_FROM: 'letter@example.com',
      CONFIRM_REMINDER: 'off',
      NODE_EXTRA_CA_CERTS: certPath,
    };
    const product = await startProduct(env);
    running.kill = () => {
      product.signal('SIGKILL');
    };
    await Promise.all(
      people.map(async (email) => {
        const body = new URLSearchParams({ email });
        expect((await fetch(`${product.url}/forms/letter`, { method: 'POST', body })).status).toBe(202);
      }),
    );
    await product.exited;
    await startProduct(env);
    const times = () => people.map((one) => relay.received.filter(({ to }) => to[0] === one).length);
    await expect
      .poll(() => times().every((count) => count > 0), { timeout: 90_000, interval: 100 })
      .toBe(true);
    // Two are under way at once, and those alone may come again, under the name that they had.
    expect(relay.received.length).toBeLessThanOrEqual(people.length + 2);
    expect(Math.max(...times())).toBeLessThanOrEqual(2);
    expect(relay.received.every(({ isEncrypted }) => isEncrypted)).toBe(true);
    expect(logins[0]).toEqual(['news', 'p@ss']);
    const names = relay.received.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1]);
    expect(new Set(names).size).toBe(people.length);
  },
  180_000,
);
