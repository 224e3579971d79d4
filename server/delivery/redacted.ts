import type { Contact } from '../outbox/signup.ts';

/**
 * The words in which rasa.io refuses a contact, without anything of the contact: it quotes addresses, also
 * percent-encoded, and may quote names.
 */
export function redacted(reason: string, contact: Contact): string {
  const values = Object.values(contact).filter((value) => typeof value === 'string');
  const personal = [...values, ...values.map(encodeURIComponent)]
    // A word of one or two letters is in every sentence.
    .filter((text) => text.length > 2)
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  const own = personal.length === 0 ? reason : reason.replace(new RegExp(personal.join('|'), 'gi'), '…');
  return own.replace(/[^\s"'<>(),;:]+(?:@|%40)[^\s"'<>(),;:]+/gi, '…');
}
