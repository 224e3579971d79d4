/** Where people read the mail of a known few providers, by the domain of the address. */
const providers: readonly (readonly [domains: RegExp, name: string, url: string])[] = [
  [/^(gmail|googlemail)\.com$/, 'Gmail', 'https://mail.google.com/'],
  [/^(outlook|hotmail|live)\.[a-z.]{2,6}$|^msn\.com$/, 'Outlook', 'https://outlook.live.com/mail/'],
  [/^(yahoo\.[a-z.]{2,6}|ymail\.com)$/, 'Yahoo', 'https://mail.yahoo.com/'],
  [/^(icloud|me|mac)\.com$/, 'iCloud', 'https://www.icloud.com/mail/'],
  [/^(proton\.me|pm\.me|protonmail\.(com|ch))$/, 'Proton Mail', 'https://mail.proton.me/'],
  [/^gmx\.(net|de|at|ch)$/, 'GMX', 'https://www.gmx.net/'],
  [/^web\.de$/, 'WEB.DE', 'https://web.de/'],
  [/^t-online\.de$/, 'T-Online', 'https://email.t-online.de/'],
  [/^(orange|wanadoo)\.fr$/, 'Orange', 'https://messagerie.orange.fr/'],
  [/^laposte\.net$/, 'La Poste', 'https://www.laposte.net/'],
];

export interface Mailbox {
  readonly name: string;
  readonly url: string;
}

export function mailboxOf(email: string): Mailbox | undefined {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const [, name, url] = providers.find(([domains]) => domains.test(domain)) ?? [];
  return name === undefined || url === undefined ? undefined : { name, url };
}

/** `a…@example.com`: enough to recognise an address, not enough to read it over a shoulder. */
export function shortened(email: string): string {
  const at = email.lastIndexOf('@');
  return `${String.fromCodePoint(email.codePointAt(0) ?? 0x20)}…${email.slice(at)}`;
}
