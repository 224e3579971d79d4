import { ageOf } from '../config/setting-schemas.ts';
import type { DeadLetter } from '../outbox/rows.ts';
import { printable, tableOf } from './terminal.ts';

/** A table of sign-ups as wide as the terminal. Longer reasons are wrapped. */
export function listOf(entries: readonly DeadLetter[], nowMs: number, columns = 0): string {
  const rows = entries.map(({ signup, attempts, refusedAt, reason }) => [
    signup.id,
    signup.form,
    signup.contact.email,
    String(attempts),
    `${ageOf(refusedAt, nowMs)} ago`,
    reason,
  ]);
  return tableOf(['ID', 'FORM', 'ADDRESS', 'TRIES', 'REFUSED', 'REASON'], rows, { columns });
}

/** All details of one sign-up, one name and value per line. */
export function detailsOf({ signup, reason, attempts, refusedAt }: DeadLetter, nowMs: number): string {
  const lines = Object.entries({
    id: signup.id,
    form: signup.form,
    ...signup.contact,
    accepted: `${signup.acceptedAt} (${ageOf(signup.acceptedAt, nowMs)} ago)`,
    refused: `${refusedAt} (${ageOf(refusedAt, nowMs)} ago)`,
    attempts: String(attempts),
    reason,
  });
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => `${printable(name).padEnd(width)}${printable(value)}`).join('\n');
}
