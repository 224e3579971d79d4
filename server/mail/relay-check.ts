import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Secret } from '../system/secret.ts';
import { connectionTo, outcomeOf, type RelayTimeouts } from './transport.ts';

export type RelayTried =
  | { readonly is: 'fine'; readonly isEncrypted: boolean; readonly isLoggedIn: boolean }
  /** A code such as `EAUTH 535 AUTH`. */
  | { readonly is: 'fault'; readonly reason: string };

const defaultTimeouts = { connectMs: 10_000, greetingMs: 15_000, idleMs: 15_000 };

/** Tries connection, encryption and log-in as `openTransport` does, and sends nothing. Never rejects. */
export async function tryRelay(url: Secret, timeouts: RelayTimeouts = defaultTimeouts): Promise<RelayTried> {
  const { auth, ...options } = connectionTo(url, timeouts);
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const connection = new Connection(options);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    if (auth) await login(connection, auth);
    connection.quit();
    return { is: 'fine', isEncrypted: connection.secure, isLoggedIn: auth !== undefined };
  } catch (error) {
    connection.close();
    return { is: 'fault', reason: outcomeOf(error).reason };
  }
}

function login(
  connection: SMTPConnection,
  { user, pass }: { readonly user: string; readonly pass: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login({ user, credentials: { user, pass } }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
