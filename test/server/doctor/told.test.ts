import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Endpoints } from '../../../server/events/webhooks/endpoints.ts';
import { sameSql } from '../../../server/store/database.ts';
import { complaintsIn, examine, wordsIn } from '../../helpers/server/doctor.ts';
import { startNameServer } from '../../helpers/server/name-server.ts';
import { startReceiver } from '../../helpers/server/receiver.ts';
import { startRelay } from '../../helpers/server/relay.ts';
import { openTestStore } from '../../helpers/server/store.ts';
import { temporaryDir } from '../../helpers/server/temporary-dir.ts';

it('says where alerts can go and where not, without sending anything or showing a secret', async () => {
  const dataDir = await temporaryDir();
  const receiver = await startReceiver();
  const relay = await startRelay();
  const { port } = new URL(receiver.url);
  const forms = join(dataDir, 'forms.json');
  await writeFile(
    forms,
    JSON.stringify({
      forms: {
        newsletter: { fields: ['email'], notify: { slack: 'http://localhost:9/services/secret-form' } },
      },
    }),
  );
  const found = await examine({
    env: {
      DATA_DIR: dataDir,
      FORMS_FILE: forms,
      ALERT_WEBHOOK_URL: receiver.url,
      ALERT_SLACK_URL: 'http://[::1]:9/services/secret-slack',
      ALERT_MAIL_TO: 'operator@example.org',
      SMTP_URL: relay.url.reveal(),
      MAIL_FROM: 'news@example.org',
    },
    nameServers: [await startNameServer({})],
  });
  expect(wordsIn(found['Alerts'])).toContain(
    `fine: ALERT_WEBHOOK_URL (http://127.0.0.1:${port}) can be reached.`,
  );
  expect(complaintsIn(found['Alerts'])).toEqual([
    expect.stringMatching(/^warning: ALERT_SLACK_URL \(http:\/\/\[::1\]:9\) cannot be reached/),
    expect.stringMatching(
      /^warning: notify\.slack of the form "newsletter" \(http:\/\/localhost:9\) .*refused/,
    ),
  ]);
  expect(JSON.stringify(found)).not.toMatch(/secret-(form|slack)/);
  expect([receiver.messages, relay.received]).toEqual([[], []]);
}, 60_000);

it('says that nobody is told, and that there is no database', async () => {
  const found = await examine({ env: { DATA_DIR: await temporaryDir() } });
  expect(wordsIn(found['Alerts'])).toMatch(/^note: Nobody is told of what is wrong: set ALERT_MAIL_TO/);
  expect(wordsIn(found['Webhooks'])).toBe('note: There is no database to look at.');
}, 60_000);

it('names webhooks that are disabled, do not take events, missed some or cannot be reached', async () => {
  const dataDir = await temporaryDir();
  const database = await openTestStore({ dataDir });
  const env = { DATA_DIR: dataDir };
  expect(wordsIn((await examine({ env }))['Webhooks'])).toBe('note: There are none.');
  const receiver = await startReceiver();
  const endpoints = new Endpoints({ database });
  const add = async (url: string) =>
    (await endpoints.add({ url, mayBePrivate: false, account: undefined, types: [] })).id;
  const ids = [];
  const { port } = new URL(receiver.url);
  const refused = [`http://2130706433:${port}/secret`, 'http://8.8.8.8/secret'];
  for (const url of [receiver.url, receiver.url, receiver.url, 'http://localhost:9/secret', ...refused])
    ids.push(await add(url));
  const [good = '', disabled = '', failing = '', gone = '', own = '', plain = ''] = ids;
  await database.write([
    {
      sql: sameSql(`update webhooks set state = 'disabled', reason = 'answered 410' where id = ?`),
      params: [disabled],
    },
    {
      sql: sameSql('update webhooks set failures = 7, failing_since = 1000, due = 2000 where id = ?'),
      params: [failing],
    },
    { sql: sameSql('update webhooks set position = 9 where id <> ?'), params: [failing] },
    { sql: sameSql(`insert into event_numbers (name, value) values ('swept', 9)`) },
  ]);
  const found = (await examine({ env }))['Webhooks'];
  const said = complaintsIn(found);
  expect(wordsIn(found)).toMatch(new RegExp(`fine: ${good} .* can be reached`));
  expect(said).toEqual([
    expect.stringMatching(
      new RegExp(`${disabled} .* disabled: answered 410.*webhooks replay ${disabled} --since`),
    ),
    expect.stringMatching(new RegExp(`Events for ${failing} .* deleted before it took them`)),
    expect.stringMatching(
      new RegExp(`${failing} .* since 1970-01-01T00:00:01.000Z \\(attempts: 7\\).*webhooks log ${failing}`),
    ),
    expect.stringMatching(new RegExp(`${gone} \\(http://localhost:9\\) cannot be reached: .*refused`)),
    expect.stringMatching(new RegExp(`${own} .* 127\\.0\\.0\\.1 is not allowed\\. → .*localhost`)),
    expect.stringMatching(new RegExp(`${plain} .* is public, which needs https\\. → .*with https`)),
  ]);
  expect(JSON.stringify(found)).not.toMatch(/secret|whsec/);
  expect(receiver.messages).toEqual([]);
}, 60_000);
