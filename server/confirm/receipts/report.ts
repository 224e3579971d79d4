import type { Database } from '../../store/database.ts';
import { mailHtml, type MailHtml } from '../../mail/html.ts';
import type { History, Told } from './history.ts';
import { readProof, type Proof } from './proof.ts';
import type { WordedField } from './wordings.ts';

/** One person's receipts, for an authority: who, when, how, and what they were told. */
export interface Report {
  readonly email: string;
  readonly exported: string;
  /** The HMAC of the address with the person's key, both in hex. */
  readonly address: string;
  readonly key: string;
  readonly receipts: readonly ReportedReceipt[];
}

export interface ReportedReceipt {
  readonly id: string;
  readonly what: Told['kind'];
  readonly at: string;
  readonly account: string;
  readonly form: string;
  readonly source: Told['source'];
  readonly lang: string;
  readonly confirmed: { readonly by: 'link' | 'code'; readonly at: string } | null;
  readonly page: string | null;
  readonly ticked: readonly string[];
  readonly notTicked: readonly string[];
  readonly tickedBefore: readonly string[];
  /** What an application or a file said. */
  readonly consent: unknown;
  /** SHA-256 of `told` as it is stored. */
  readonly wording: string;
  readonly told: Told['text'] | null;
  readonly network: string;
  readonly leaf: string;
  readonly proof: Proof | null;
}

export async function reportOf(
  database: Pick<Database, 'read'>,
  email: string,
  { key, address, receipts }: History,
): Promise<Report> {
  const reported: ReportedReceipt[] = [];
  for (const one of receipts) {
    const proof =
      one.block === undefined ? undefined : await readProof(database, { ...one, block: one.block });
    reported.push({
      id: one.id,
      what: one.kind,
      at: isoOf(one.atMs),
      account: one.account,
      form: one.form,
      source: one.source,
      lang: one.lang,
      confirmed: one.confirmed ? { by: one.confirmed.by, at: isoOf(one.confirmed.atMs) } : null,
      page: one.details?.page ?? null,
      ticked: one.details?.ticked ?? [],
      notTicked: one.notTicked,
      tickedBefore: one.tickedBefore,
      consent: one.details?.consent ?? null,
      wording: one.wording,
      told: one.text ?? null,
      network: one.network,
      leaf: one.leaf,
      proof: proof ?? null,
    });
  }
  const exported = new Date().toISOString();
  return { email, exported, address, key: Buffer.from(key).toString('hex'), receipts: reported };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

const whats: Readonly<Record<Told['kind'], string>> = {
  signed_up: 'Signed up',
  unsubscribed: 'Unsubscribed',
  archived: 'Archived at rasa.io',
  erased: 'Erased',
};

const hows: Readonly<Record<Told['source'], string>> = {
  form: 'form on a web page',
  api: 'reported by an application',
  import: 'from a file of contacts',
  'rasa.io': 'found at rasa.io',
  person: 'by the person, on the page to leave',
  operator: 'by the operator',
};

/** A page without anything from elsewhere, to be printed or sent. */
export function reportPage({ email, exported, address, receipts }: Report): string {
  return mailHtml`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Record of consent</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
section { border-top: 1px solid; margin-top: 1.5rem; padding-top: 0.5rem; break-inside: avoid; }
dl { display: grid; grid-template-columns: minmax(7rem, 10rem) 1fr; gap: 0.25rem 1rem; }
dd { margin: 0; }
blockquote { margin: 0.5rem 0; border-inline-start: 3px solid; padding-inline-start: 1rem; }
code { font-size: 0.85em; }
</style>
</head>
<body>
<main>
<h1>Record of consent</h1>
<dl>
<dt>Who</dt><dd><bdi>${email}</bdi></dd>
<dt>Exported</dt><dd>${exported}</dd>
<dt>Receipts</dt><dd>${String(receipts.length)}</dd>
<dt>Address in receipts</dt><dd><code>${address}</code></dd>
</dl>
${joined(receipts.map(section))}
</main>
</body>
</html>
`.toString();
}

function section(receipt: ReportedReceipt): MailHtml {
  const { id, what, at, source, account, form, page, confirmed, told, wording, leaf, proof, network } =
    receipt;
  const { ticked, notTicked, tickedBefore, consent } = receipt;
  return mailHtml`<section>
<h2>${whats[what]}, ${at}</h2>
<dl>
<dt>How</dt><dd>${hows[source]}${form === '' ? '' : `, form “${form}”`}${account === '' ? '' : `, account “${account}”`}</dd>
${row('Confirmed', confirmed ? `by the ${confirmed.by} in a mail to the address, ${confirmed.at}` : undefined)}
${row('Page', page ?? undefined)}
${row('Ticked', listed(ticked))}
${row('Not ticked', listed(notTicked))}
${row('Ticked before', listed(tickedBefore))}
${row('Reported consent', consent === null ? undefined : JSON.stringify(consent))}
${row('Network', network === '' ? undefined : network)}
<dt>Receipt</dt><dd><code>${id}</code></dd>
<dt>Hash</dt><dd><code>${leaf}</code></dd>
<dt>Sealed</dt><dd>${proof ? `${proof.sealedBy.sealed}, block ${proof.sealedBy.block}` : 'not yet'}</dd>
</dl>
${
  told
    ? mailHtml`<h3>What they were told</h3>
<blockquote lang="${told.lang}" dir="auto">
<p><strong>${told.title}</strong></p>
${told.intro === undefined ? '' : mailHtml`<p>${told.intro}</p>`}
<ul>${joined(told.fields.map(item))}</ul>
${told.submit === undefined ? '' : mailHtml`<p>[${told.submit}]</p>`}
${told.mail ? mailHtml`<p>${told.mail.subject}<br>${told.mail.why}<br>${told.mail.own ?? ''} [${told.mail.yes}]</p>` : ''}
</blockquote>
<p>SHA-256 of these texts: <code>${wording}</code></p>`
    : ''
}
</section>
`;
}

function item({ name, label, required, help, link, options }: WordedField): MailHtml {
  const choices = options?.map((option) => option.label).join(' / ');
  return mailHtml`<li>${label}${required ? ' *' : ''} <code>${name}</code>${help === undefined ? '' : mailHtml`<br>${help}`}${
    link ? mailHtml`<br>${link.label}: ${link.href}` : ''
  }${choices === undefined ? '' : mailHtml`<br>${choices}`}</li>`;
}

function row(name: string, value: string | undefined): MailHtml | '' {
  return value === undefined ? '' : mailHtml`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`;
}

function listed(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ');
}

function joined(parts: readonly MailHtml[]): MailHtml {
  return parts.reduce((all, part) => mailHtml`${all}${part}`, mailHtml``);
}
