import { alertTargets, formTargets, type Target } from '../../alerts/targets.ts';
import { Sender } from '../../events/webhooks/sender.ts';
import { sameSql, type Database } from '../../store/database.ts';
import type { Setup } from '../configuration.ts';
import { fine, note, warning, type Finding } from '../finding.ts';
import { originOf, unreachable } from './reached.ts';

/**
 * Whether what the operator and those whom forms name are told can arrive: by a connection, since a message
 * would start what is behind it. Whether a mail can is seen with the relay.
 */
export async function checkAlerts(
  { alerts, formNotify }: Pick<Setup, 'alerts' | 'formNotify'>,
  database: Database | undefined,
): Promise<readonly Finding[]> {
  const named = [
    ...alertTargets(alerts).map((target) => ({ by: variables[target.is], target })),
    ...[...formNotify].flatMap(([id, notify]) =>
      formTargets(notify, undefined).map((target) => ({
        by: `notify.${target.is} of the form ${JSON.stringify(id)}`,
        target,
      })),
    ),
  ];
  const isAnySet = alertTargets(alerts).length > 0;
  const sender = new Sender();
  try {
    const reached = await Promise.all(named.map(({ by, target }) => reach(by, target, sender)));
    return [
      ...(isAnySet ? [] : [note(nobody)]),
      ...reached.flat(),
      ...(database ? await checkWaiting(database) : []),
    ];
  } finally {
    await sender.close();
  }
}

const nobody =
  'Nobody is told of what is wrong: set ALERT_MAIL_TO, ALERT_SLACK_URL or ALERT_WEBHOOK_URL to be.';

const variables: Readonly<Record<Target['is'], string>> = {
  webhook: 'ALERT_WEBHOOK_URL',
  slack: 'ALERT_SLACK_URL',
  mail: 'ALERT_MAIL_TO',
};

async function reach(by: string, target: Target, sender: Sender): Promise<readonly Finding[]> {
  if (target.is === 'mail') return [note(`${by} goes by the mail relay.`)];
  const reason = await sender.reach({ url: target.url, mayBePrivate: true });
  const at = `${by} (${originOf(target.url)})`;
  if (reason === undefined) return [fine(`${at} can be reached.`)];
  return [unreachable(at, reason, 'Nobody is told by it; rasa-signup alerts test tries again.')];
}

async function checkWaiting(database: Database): Promise<readonly Finding[]> {
  const [row] = await database.read({
    sql: sameSql('select count(*) as n from operator_notes where attempts > 0'),
  });
  const failed = Number(row?.['n'] ?? 0);
  if (failed === 0) return [];
  const what = failed === 1 ? 'A message was not taken' : `${failed} messages were not taken`;
  return [
    warning(
      `${what} yet; each is tried for three days.`,
      'The log says why; rasa-signup alerts test sends a message to each target now.',
    ),
  ];
}
