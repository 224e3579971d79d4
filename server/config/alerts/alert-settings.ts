import { isIP } from 'node:net';
import { z } from 'zod';
import { hostOf, urlFault } from '../../system/network/addresses.ts';
import { readUrl } from '../../system/urls.ts';
import { secretSetting, setting, type Setting } from '../setting.ts';
import { list, mailAddress } from '../setting-schemas.ts';

/** What a URL of a note must be. */
export const noteUrlWords = 'an address such as https://hooks.example.com/…, or http within your own network';

/**
 * Https, or http to this machine or a private network: the URL is a secret. Where a name is, is checked when
 * the connection is made; one that is commonly public is refused at once.
 */
export function isNoteUrl(value: string): boolean {
  const url = readUrl(value);
  if (!url || `${url.username}${url.password}` !== '') return false;
  const { protocol, hostname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return false;
  if (urlFault({ url: value, mayBePrivate: true }) !== undefined) return false;
  const isPublicName = isIP(hostOf(value)) === 0 && /\.(?!(?:internal|local|lan)$)[^.]+$/.test(hostname);
  return protocol === 'https:' || !isPublicName;
}

/** The variables for what the operator is told without asking. */
export const alertSettings = {
  ALERT_WEBHOOK_URL: secretSetting(
    'URL that alerts are sent to, as JSON; see [Alerts](alerts.md).',
    noteUrlWords,
    isNoteUrl,
  ),
  ALERT_WEBHOOK_SECRET: secretSetting(
    'Secret that signs what is sent to `ALERT_WEBHOOK_URL`, and to the `notify.webhook` of forms, as Standard Webhooks. Without it messages are not signed.',
    '`whsec_` and 24 to 64 bytes in base64',
    (value) => /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/.test(value),
  ),
  ALERT_SLACK_URL: secretSetting(
    'URL of an incoming webhook of Slack, Mattermost or Rocket.Chat that alerts are sent to.',
    noteUrlWords,
    isNoteUrl,
  ),
  ALERT_MAIL_TO: setting(
    'Addresses that alerts are mailed to, separated by commas. Needs `SMTP_URL`.',
    'addresses such as you@example.com, separated by commas',
    list(mailAddress).pipe(z.array(z.string()).max(10)).default([]),
  ),
} satisfies Record<string, Setting<unknown>>;
