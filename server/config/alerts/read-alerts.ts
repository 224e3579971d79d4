import type { Secret } from '../../system/secret.ts';
import type { EnvReader } from '../env.ts';
import { mailSettings } from '../mail-settings.ts';

/** Whom the operator wants to be told. */
export interface AlertsConfig {
  readonly webhook: Secret | undefined;
  /** `whsec_` and base64. */
  readonly webhookSecret: Secret | undefined;
  readonly slack: Secret | undefined;
  readonly mailTo: readonly string[];
}

export function readAlerts(
  { read, isSet, faults }: Pick<EnvReader, 'read' | 'isSet' | 'faults'>,
  canMail: boolean,
): AlertsConfig {
  if (!canMail && isSet('ALERT_MAIL_TO')) {
    faults.push(
      `SMTP_URL: found nothing, wanted ${mailSettings.SMTP_URL.wanted}, since ALERT_MAIL_TO is set.`,
    );
  }
  return {
    webhook: read('ALERT_WEBHOOK_URL'),
    webhookSecret: read('ALERT_WEBHOOK_SECRET'),
    slack: read('ALERT_SLACK_URL'),
    mailTo: read('ALERT_MAIL_TO'),
  };
}
