/** A message to one person, complete. Nothing in it may come from a visitor but the address. */
export interface MailMessage {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** A whole document. */
  readonly html: string;
  /** BCP 47 tag, for Content-Language. */
  readonly lang: string;
  /** Where mail programs send a POST for "unsubscribe" (RFC 8058); absent in mails to the operator. */
  readonly unsubscribe?: string | undefined;
}

/** Who sends: what MAIL_FROM says. */
export interface MailFrom {
  readonly name: string;
  readonly address: string;
}

/** As people know it: in mails and on their pages. */
export function senderOf({ name, address }: MailFrom): string {
  return name === '' ? address : `${name}, ${address}`;
}

/** What became of one message that was tried. The reasons are codes, never words of a server. */
export type MailOutcome =
  | { readonly is: 'sent' }
  /** The receiving side wants this message later; it says nothing about others. */
  | { readonly is: 'later'; readonly reason: string }
  /** Nothing can be sent now: no connection, no encryption, no log-in, a refused sender. */
  | { readonly is: 'down'; readonly reason: string }
  /** Refused for good. */
  | { readonly is: 'refused'; readonly reason: string };

/** Sends one message; `id` is that of its row. Never rejects. */
export type SendMail = (id: string, message: MailMessage) => Promise<MailOutcome>;
