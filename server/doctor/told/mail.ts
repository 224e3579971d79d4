import { openTransport } from '../../mail/transport.ts';
import type { Setup } from '../configuration.ts';
import { fine, note, warning, type Finding } from '../finding.ts';

/** A relay that lets strangers wait on purpose does so with its greeting. */
const timeouts = { connectMs: 8000, greetingMs: 15_000, idleMs: 15_000 };

/** Whether the mail relay takes connection, encryption and log-in. Sends nothing. */
export async function checkMail({ mail: { relay, from } }: Pick<Setup, 'mail'>): Promise<readonly Finding[]> {
  if (!relay) return [note('No mail is sent: SMTP_URL is not set.')];
  const transport = openTransport({ url: relay, from, timeouts });
  try {
    const reason = await transport.verify();
    if (reason === undefined) return [fine('The mail relay takes connection and log-in.')];
    return [
      warning(
        `The mail relay cannot be used: ${reason}.`,
        'Look at SMTP_URL (port, user name, password) and at the firewall. Mails wait meanwhile.',
      ),
    ];
  } finally {
    transport.close();
  }
}
