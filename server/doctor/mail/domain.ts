import { fault, fine, note, warning, type Finding } from '../finding.ts';
import type { Answer, Names } from './names.ts';
import { asking, isDkim, isDmarc, isSpf, keyIn, lastOf, tagsOf } from './records.ts';

/** RFC 7208 4.6.4: with more questions the record counts as none. */
const mostLookups = 10;
/** RFC 8301: shorter keys are not accepted; from the second on they are recommended. */
const leastBits = 1024;
const goodBits = 2048;

/**
 * What DNS says of the domain that mails are from: whether answers and bounces arrive, who may send for it,
 * the key that signs, and what receivers do where neither holds. The envelope's sender is `MAIL_FROM` too, so
 * that SPF aligns with it wherever SPF passes.
 */
export async function checkDomain(
  domain: string,
  { names, selector }: { readonly names: Names; readonly selector: string | undefined },
): Promise<readonly Finding[]> {
  const [mx, spf, dkim, policy] = await Promise.all([
    checkMx(domain, names),
    checkSpf(domain, names),
    selector === undefined ? undefined : checkDkim(domain, selector, names),
    readDmarc(domain, names),
  ]);
  const noSelector = note(
    'The DKIM key was not looked at: set MAIL_DKIM_SELECTOR, which the operator of the relay can tell you.',
  );
  return [
    mx,
    ...spf.findings,
    ...(dkim?.findings ?? [noSelector]),
    ...dmarcFindings(domain, policy, {
      hasSpf: spf.holds,
      signs: dkim?.signs,
      wasLookedAt: dkim !== undefined,
    }),
  ];
}

function unknown(what: string, { reason }: Extract<Answer<unknown>, { is: 'unknown' }>): Finding {
  return warning(
    `${what} could not be read: the name server says ${reason}.`,
    'Run the doctor again, or name a server with --dns.',
  );
}

async function checkMx(domain: string, names: Names): Promise<Finding> {
  const found = await names.mx(domain);
  const remedy =
    'Many receivers refuse mail from a domain that takes none. Set up MX records, or use another domain.';
  switch (found.is) {
    case 'unknown':
      return unknown(`The mail servers (MX) of ${domain}`, found);
    case 'none':
      return (await names.hasAddress(domain))
        ? note(`${domain} has no MX record; bounces and answers go to its own address.`)
        : warning(`${domain} has no mail server (MX) and no address.`, remedy);
    case 'found':
      return found.records.every((name) => name === '' || name === '.')
        ? warning(`${domain} says that it takes no mail (MX .).`, remedy)
        : fine(`Bounces and answers go to ${found.records.join(', ')} (MX of ${domain}).`);
  }
}

async function checkSpf(
  domain: string,
  names: Names,
): Promise<{ readonly findings: readonly Finding[]; readonly holds: boolean }> {
  const found = await names.txt(domain);
  if (found.is === 'unknown') return { findings: [unknown(`SPF of ${domain}`, found)], holds: true };
  const records = found.is === 'found' ? found.records.filter(isSpf) : [];
  const [record] = records;
  if (record === undefined) {
    const remedy =
      'Add the TXT record that the operator of the relay names, such as "v=spf1 include:… -all".';
    return {
      findings: [warning(`${domain} has no SPF record: nothing says who may send for it.`, remedy)],
      holds: false,
    };
  }
  if (records.length > 1) {
    const remedy = 'Make one of them: receivers treat two as an error (RFC 7208 4.5).';
    return { findings: [fault(`${domain} has ${records.length} SPF records.`, remedy)], holds: false };
  }
  const lookups = await countLookups(record, names);
  if (lookups > mostLookups) {
    const remedy = `Receivers allow ${mostLookups}, and treat more as an error (RFC 7208 4.6.4). Remove what you do not use.`;
    return {
      findings: [fault(`SPF of ${domain} needs more than ${mostLookups} questions to DNS.`, remedy)],
      holds: false,
    };
  }
  const last = lastOf(record);
  if (last === '+') {
    const remedy = 'End it with -all or ~all.';
    return {
      findings: [warning(`SPF of ${domain} lets everybody send for it (+all).`, remedy)],
      holds: true,
    };
  }
  const listed = `SPF of ${domain}: ${record}`;
  return {
    findings: [
      fine(listed),
      note(
        'Whether the relay sends from an address in it shows in a mail only: doctor --mail you@example.com.',
      ),
    ],
    holds: true,
  };
}

/** Of this record and all that it includes. Counts no further than is too many. */
async function countLookups(record: string, names: Names, before = 0): Promise<number> {
  let count = before;
  for (const { term, domain } of asking(record)) {
    count++;
    if (count > mostLookups) return count;
    // A name with a macro depends on the sender.
    if ((term !== 'include' && term !== 'redirect') || domain === undefined || domain.includes('%')) continue;
    const found = await names.txt(domain);
    const next = found.is === 'found' ? found.records.find(isSpf) : undefined;
    if (next !== undefined) count = await countLookups(next, names, count);
  }
  return count;
}

/** The domain itself, then those above it, as long as they have two labels. */
function upwards(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(0, Math.max(1, labels.length - 1)).map((_, at) => labels.slice(at).join('.'));
}

async function checkDkim(
  domain: string,
  selector: string,
  names: Names,
): Promise<{ readonly findings: readonly Finding[]; readonly signs: string | undefined }> {
  for (const signer of upwards(domain)) {
    const name = `${selector}._domainkey.${signer}`;
    const found = await names.txt(name);
    if (found.is === 'unknown') return { findings: [unknown(`The DKIM key ${name}`, found)], signs: signer };
    const record = found.is === 'found' ? found.records.find(isDkim) : undefined;
    if (record === undefined) continue;
    const finding = keyFinding(name, record);
    return { findings: [finding], signs: finding.is === 'fault' ? undefined : signer };
  }
  const remedy = 'Add the record that the operator of the relay names, and check MAIL_DKIM_SELECTOR.';
  const name = `${selector}._domainkey.${domain}`;
  return { findings: [fault(`There is no DKIM key at ${name}.`, remedy)], signs: undefined };
}

function keyFinding(name: string, record: string): Finding {
  const tags = tagsOf(record);
  if (tags.get('p') === '') {
    return fault(
      `The DKIM key ${name} is revoked.`,
      'Set MAIL_DKIM_SELECTOR to the key that the relay signs with now.',
    );
  }
  const key = keyIn(record);
  if (!key)
    return fault(`The DKIM record ${name} holds no key.`, 'Copy it again; often its end was cut off.');
  if (key.kind === 'rsa' && key.bits < leastBits)
    return fault(
      `The DKIM key ${name} has ${key.bits} bits; receivers ignore it.`,
      `Use a key of ${goodBits} bits.`,
    );
  if ((tags.get('t') ?? '').split(':').some((flag) => flag.trim() === 'y'))
    return warning(`The DKIM key ${name} is marked as a test (t=y).`, 'Remove t=y once mails arrive.');
  if (key.kind === 'rsa' && key.bits < goodBits)
    return warning(`The DKIM key ${name} has ${key.bits} bits.`, `Use a key of ${goodBits} bits.`);
  return fine(`The DKIM key ${name} is there (${key.kind}, ${key.bits} bits).`);
}

type Policy =
  | { readonly is: 'found'; readonly at: string; readonly records: readonly string[] }
  | Exclude<Answer<string>, { is: 'found' }>;

async function readDmarc(domain: string, names: Names): Promise<Policy> {
  for (const at of upwards(domain)) {
    const found = await names.txt(`_dmarc.${at}`);
    if (found.is === 'unknown') return found;
    const records = found.is === 'found' ? found.records.filter(isDmarc) : [];
    if (records.length > 0) return { is: 'found', at, records };
  }
  return { is: 'none' };
}

interface Proofs {
  readonly hasSpf: boolean;
  /** The domain whose key was found. */
  readonly signs: string | undefined;
  readonly wasLookedAt: boolean;
}

function dmarcFindings(domain: string, policy: Policy, proofs: Proofs): readonly Finding[] {
  if (policy.is === 'unknown') return [unknown(`DMARC of ${domain}`, policy)];
  if (policy.is === 'none') {
    const remedy = `Add the TXT record _dmarc.${domain}, at first "v=DMARC1; p=none; rua=mailto:…": large receivers want one.`;
    return [warning(`${domain} has no DMARC record.`, remedy)];
  }
  const { at, records } = policy;
  const [record = ''] = records;
  if (records.length > 1)
    return [
      fault(`_dmarc.${at} has ${records.length} DMARC records.`, 'Keep one: receivers ignore them all.'),
    ];
  const tags = tagsOf(record);
  const wanted = (at === domain ? undefined : tags.get('sp')) ?? tags.get('p') ?? '';
  if (!['none', 'quarantine', 'reject'].includes(wanted))
    return [fault(`DMARC of ${at} has no policy: ${record}`, 'Write p=none, p=quarantine or p=reject.')];
  return [
    fine(`DMARC of ${at}: ${record}`),
    alignment(domain, { wanted, isStrict: tags.get('adkim') === 's' }, proofs),
  ];
}

function alignment(
  domain: string,
  { wanted, isStrict }: { readonly wanted: string; readonly isStrict: boolean },
  { hasSpf, signs, wasLookedAt }: Proofs,
): Finding {
  const isSigned = signs !== undefined && (signs === domain || !isStrict);
  if (signs !== undefined && !isSigned) {
    const remedy = `Let the relay sign for ${domain}, or write adkim=r.`;
    return warning(
      `DKIM signs for ${signs}, which is not ${domain}: with adkim=s that does not align.`,
      remedy,
    );
  }
  const ways = [
    ...(hasSpf ? ['SPF (the envelope is from MAIL_FROM too)'] : []),
    ...(isSigned ? ['DKIM'] : []),
  ];
  if (ways.length > 0) return fine(`Aligned with ${domain}: ${ways.join(' and ')}.`);
  const acts = wanted === 'none' ? '' : ` Receivers ${wanted} its mail.`;
  const what = `Neither SPF ${wasLookedAt ? 'nor DKIM ' : ''}is aligned with ${domain}.${acts}`;
  return (wanted === 'none' ? warning : fault)(
    what,
    'Set up SPF and DKIM for the domain of MAIL_FROM at the relay.',
  );
}
