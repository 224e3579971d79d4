import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { IssueCode } from '../../shared/signup.ts';

/** What an operator wants of addresses, beyond that mail can be sent to them. */
export interface AddressRules {
  /** Whether letters other than ASCII may stand before the @ (RFC 6531), which not every mail system can reach. */
  readonly international: boolean;
  readonly disposable: 'allow' | 'flag' | 'refuse';
  /** Whether this very domain, in its ASCII form, gives out addresses that are thrown away. */
  readonly isDisposableDomain: (domain: string) => boolean;
}

export type ReadAddress =
  { readonly is: 'address'; readonly email: string } | { readonly is: 'fault'; readonly issue: IssueCode };

/** As RFC 6531 widens RFC 5322's atoms: anything but ASCII's specials, spaces, controls and lone surrogates. */
const internationalLocal = /^(?!\.)(?!.*\.\.)(?!.*\.$)[^\p{C}\p{Z}"(),:;<>@[\\\]]{1,64}$/u;

/** Domains go through a URL parser, which would read past anything else: `a.example/b`, `a.example?b`. */
const plausibleDomain = /^(?:[a-z0-9.-]|\P{ASCII})+$/iu;

/**
 * Reads an address: its domain in the ASCII form (IDNA), lower-cased, since domains are case-insensitive (RFC 1035
 * 2.3.3); what stands before the @ as it is, since that is the receiver's business (RFC 5321 2.4).
 */
export function readAddress(text: string, rules: AddressRules): ReadAddress {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).normalize('NFC');
  const domain = asciiDomain(text.slice(at + 1));
  const isInternational = /\P{ASCII}/u.test(local);
  const isRight = isInternational
    ? internationalLocal.test(local) && z.regexes.html5Email.test(`x@${domain}`)
    : z.regexes.html5Email.test(`${local}@${domain}`);
  // Without a dot it is a machine in somebody's own network, with digits at the end an IP address.
  if (!isRight || !/\.(?!\d+$)[^.]+$/.test(domain)) return { is: 'fault', issue: 'malformed' };
  if (isInternational && !rules.international) return { is: 'fault', issue: 'not_ascii' };
  const email = `${local}@${domain}`;
  if (rules.disposable === 'refuse' && isDisposable(email, rules))
    return { is: 'fault', issue: 'disposable' };
  return { is: 'address', email };
}

/** Whether an address that was read is of a provider whose addresses are thrown away, or of a subdomain of one. */
export function isDisposable(email: string, { isDisposableDomain }: AddressRules): boolean {
  const labels = email.slice(email.lastIndexOf('@') + 1).split('.');
  return labels.slice(1).some((_, index) => isDisposableDomain(labels.slice(index).join('.')));
}

/** Empty where it cannot be one. A dot at the end is DNS's way to write the same domain. */
function asciiDomain(domain: string): string {
  return plausibleDomain.test(domain) ? domainToASCII(domain.replace(/\.$/, '')) : '';
}

/** Providers that ignore dots before the @ (https://support.google.com/mail/answer/7436150), and that are one. */
const ignoresDots: Readonly<Record<string, string>> = {
  'gmail.com': 'gmail.com',
  'googlemail.com': 'gmail.com',
};

/** One name for all the ways to write one mailbox that was read, for counting only: mail is sent to what was typed. */
export function quotaKeyOf(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  const local = email.slice(0, at).toLowerCase();
  const mailbox = local.replace(/(?<=.)\+.*$/, '');
  const same = ignoresDots[domain];
  return same === undefined ? `${mailbox}@${domain}` : `${mailbox.replaceAll('.', '')}@${same}`;
}

/**
 * The domains of mailchecker, a list that its maintainers collect and publish every few weeks. Loaded where it is
 * used only: it holds 55,000 names.
 */
export async function loadDisposableDomains(): Promise<(domain: string) => boolean> {
  const { default: mailchecker } = await import('mailchecker');
  const domains = mailchecker.blacklist();
  return (domain) => domains.has(domain);
}
