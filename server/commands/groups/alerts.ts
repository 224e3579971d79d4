import { readConfig } from '../../config/config.ts';
import { sameSql, type Database } from '../../store/database.ts';
import type { Output } from '../outbox.ts';
import { printable, tableOf, toJson, type ExitCode } from '../terminal.ts';
import { environmentOf, withStore, type Cli } from './cli.ts';

const testNote = {
  type: 'alert.test',
  title: 'A test: alerts arrive here',
  lines: ['Sent by `rasa-signup alerts test`. Nothing is wrong.'],
  data: {},
} as const;

export function declareAlerts(cli: Cli): void {
  const { stdout, stderr } = cli.process;
  const alerts = cli.program
    .command('alerts')
    .description('what the proxy tells its operator without being asked')
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy.\n\nExample:\n  $ rasa-signup alerts test',
    );

  alerts
    .command('test')
    .description('send a message to each target of ALERT_ variables now, and say what was answered')
    .addHelpText('after', '\nExample:\n  $ rasa-signup --env-file production.env alerts test')
    .action(async () => {
      // Loaded here alone: no other command sends mail.
      const { alertTargets, createPost } = await import('../../alerts/targets.ts');
      const { Sender } = await import('../../events/webhooks/sender.ts');
      const { openTransport } = await import('../../mail/transport.ts');
      const { alerts, mail } = readConfig(environmentOf(cli));
      const targets = alertTargets(alerts);
      if (targets.length === 0) {
        stderr.write('No target is set: ALERT_WEBHOOK_URL, ALERT_SLACK_URL or ALERT_MAIL_TO.\n');
        cli.process.exitCode = 1;
        return;
      }
      const sender = new Sender();
      const transport = mail.relay && openTransport({ url: mail.relay, from: mail.from });
      const post = createPost({ sender, sendMail: transport && ((...one) => transport.send(...one)) });
      const note = { ...testNote, atMs: Date.now() };
      for (const [index, target] of targets.entries()) {
        const id = `test-${note.atMs}-${index}`;
        const posted = await post(target, id, note, new AbortController().signal);
        if (posted.is === 'sent') stdout.write(`${target.is}: sent.\n`);
        else {
          stderr.write(`${target.is}: not sent, ${printable(posted.reason)}.\n`);
          cli.process.exitCode = 1;
        }
      }
      await sender.close();
      await transport?.close();
    });

  alerts
    .command('list')
    .description('list what was told and is not over; prints a table on a terminal, a JSON array elsewhere')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ rasa-signup alerts list')
    .action((options: Output) => withStore(cli, ({ database }) => list(options, database)));

  async function list({ json }: Output, database: Pick<Database, 'read'>): Promise<ExitCode> {
    const rows = await database.read({
      sql: sameSql('select id, began_at, what from alerts where over_at = 0 order by began_at'),
    });
    const open = rows.map((row) => ({
      id: String(row['id']),
      since: new Date(Number(row['began_at'])).toISOString(),
      what: String(row['what']),
    }));
    if (json ?? !stdout.isTTY) stdout.write(`${toJson(open)}\n`);
    else if (open.length === 0) stdout.write('No alert is open.\n');
    else {
      const cells = open.map(({ since, what }) => [since, what]);
      stdout.write(`${tableOf(['SINCE', 'WHAT'], cells, { columns: stdout.columns })}\n`);
    }
    return 0;
  }
}
