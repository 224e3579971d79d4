import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { IssueCode } from '../../shared/signup.ts';

/** The operator's rules for addresses, besides that mail can be sent to them. */
export interface AddressRules {
  /**
   * Whether non-ASCII letters are allowed before the @ (RFC 6531). Not every mail system can deliver to such
   * addresses.
   */
  readonly international: boolean;
  readonly disposable: 'allow' | 'flag' | 'refuse';
  /** Whether exactly this domain, in its ASCII form, belongs to a provider of disposable addresses. */
  readonly isDisposableDomain: (domain: string) => boolean;
}

export type ReadAddress =
  { readonly is: 'address'; readonly email: string } | { readonly is: 'fault'; readonly issue: IssueCode };

/**
 * RFC 5322's atoms as extended by RFC 6531: anything except ASCII's specials, spaces, controls and lone
 * surrogates.
 */
const internationalLocal = /^(?!\.)(?!.*\.\.)(?!.*\.$)[^\p{C}\p{Z}"(),:;<>@[\\\]]{1,64}$/u;

/**
 * Domains go through a URL parser, which would accept and ignore anything after them: `a.example/b`,
 * `a.example?b`.
 */
const plausibleDomain = /^(?:[a-z0-9.-]|\P{ASCII})+$/iu;

/**
 * Checks and normalises an address. The domain is converted to its ASCII form (IDNA) and lower case, since
 * domains are case-insensitive (RFC 1035 2.3.3). The part before the @ keeps its case, since only the
 * receiving host may interpret it (RFC 5321 2.4).
 */
export function readAddress(text: string, rules: AddressRules): ReadAddress {
  const at = text.lastIndexOf('@');
  if (at < 0) return { is: 'fault', issue: 'malformed' };
  const local = text.slice(0, at).normalize('NFC');
  const domain = asciiDomain(text.slice(at + 1));
  const isInternational = /\P{ASCII}/u.test(local);
  const isRight = isInternational
    ? internationalLocal.test(local) && z.regexes.html5Email.test(`x@${domain}`)
    : z.regexes.html5Email.test(`${local}@${domain}`);
  // A domain without a dot names a machine in a private network; one that ends in digits is an IP address.
  if (!isRight || !/\.(?!\d+$)[^.]+$/.test(domain)) return { is: 'fault', issue: 'malformed' };
  if (isInternational && !rules.international) return { is: 'fault', issue: 'not_ascii' };
  const email = `${local}@${domain}`;
  if (rules.disposable === 'refuse' && isDisposable(email, rules))
    return { is: 'fault', issue: 'disposable' };
  return { is: 'address', email };
}

/**
 * An address that an operator typed, as `readAddress` writes those of visitors; a text that is no address
 * stays as it is.
 */
export function storedSpelling(text: string): string {
  const anybody = { international: true, disposable: 'allow', isDisposableDomain: () => false } as const;
  const read = readAddress(text.trim(), anybody);
  return read.is === 'address' ? read.email : text.trim();
}

/**
 * Whether an address from `readAddress` belongs to a provider of disposable addresses, or to a subdomain of
 * one.
 */
export function isDisposable(email: string, { isDisposableDomain }: AddressRules): boolean {
  const labels = email.slice(email.lastIndexOf('@') + 1).split('.');
  return labels.slice(1).some((_, index) => isDisposableDomain(labels.slice(index).join('.')));
}

/**
 * The domain in ASCII; empty if it is not valid. A trailing dot is DNS notation for the same domain and is
 * removed.
 */
function asciiDomain(domain: string): string {
  return plausibleDomain.test(domain) ? domainToASCII(domain.replace(/\.$/, '')) : '';
}

/**
 * Providers that ignore dots before the @ (https://support.google.com/mail/answer/7436150), with the one name
 * that their domains share.
 */
const ignoresDots: Readonly<Record<string, string>> = {
  'gmail.com': 'gmail.com',
  'googlemail.com': 'gmail.com',
};

/**
 * The same key for every spelling of a mailbox, from an address that was read. For quotas, and for how much
 * mail it gets: the mail itself is sent to the address as typed.
 */
export function quotaKeyOf(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  const local = email.slice(0, at).toLowerCase();
  const mailbox = local.replace(/(?<=.)\+.*$/, '');
  const same = ignoresDots[domain];
  return same === undefined ? `${mailbox}@${domain}` : `${mailbox.replaceAll('.', '')}@${same}`;
}

/**
 * Loads the domains of `mailchecker`, a list that its maintainers publish every few weeks. Loaded only where
 * it is used: it has 55,000 names.
 */
export async function loadDisposableDomains(): Promise<(domain: string) => boolean> {
  const { default: mailchecker } = await import('mailchecker');
  const domains = mailchecker.blacklist();
  return (domain) => domains.has(domain);
}
