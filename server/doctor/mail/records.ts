import { createPublicKey } from 'node:crypto';

/** The members of a record such as `v=DMARC1; p=none`, by their names in lower case. */
export function tagsOf(record: string): ReadonlyMap<string, string> {
  return new Map(
    record.split(';').flatMap((part) => {
      const [, name = '', value = ''] = /^\s*([a-z]\w*)\s*=\s*(.*?)\s*$/is.exec(part) ?? [];
      return name === '' ? [] : [[name.toLowerCase(), value] as const];
    }),
  );
}

/** RFC 7208 4.5: another version, or a text that begins alike, is none. */
export const isSpf = (record: string): boolean => /^v=spf1( |$)/i.test(record);

/** RFC 7489 6.3: the version comes first. */
export const isDmarc = (record: string): boolean => /^v\s*=\s*DMARC1\s*(;|$)/.test(record);

/** A key of RFC 6376 3.6.1, where the version is optional. */
export const isDkim = (record: string): boolean => {
  const tags = tagsOf(record);
  return tags.has('p') && (tags.get('v') ?? 'DKIM1') === 'DKIM1';
};

/** The terms of an SPF record that need a further question to DNS, with the domain that it is about. */
export function asking(
  spf: string,
): readonly { readonly term: string; readonly domain: string | undefined }[] {
  return spf
    .split(/ +/)
    .slice(1)
    .flatMap((text) => {
      const [, term = '', domain] =
        /^[+?~-]?(include|a|mx|ptr|exists)(?:[:/](.*))?$/i.exec(text) ??
        /^(redirect)=(.*)$/i.exec(text) ??
        [];
      return term === '' ? [] : [{ term: term.toLowerCase(), domain }];
    });
}

/** What becomes of mail from nowhere in the list: the mechanism `all`, or `undefined` where there is none. */
export function lastOf(spf: string): '+' | '?' | '~' | '-' | undefined {
  const [, sign] = /(?:^| )([+?~-]?)all(?: |$)/i.exec(spf) ?? [];
  return sign === undefined ? undefined : sign === '' ? '+' : (sign as '+' | '?' | '~' | '-');
}

/** The kind of key in a DKIM record, with the bits of an RSA key; `undefined` where it is not a key. */
export function keyIn(record: string): { readonly kind: string; readonly bits: number } | undefined {
  const tags = tagsOf(record);
  const bytes = Buffer.from((tags.get('p') ?? '').replace(/\s/g, ''), 'base64');
  const kind = tags.get('k') ?? 'rsa';
  if (kind === 'ed25519') return bytes.length === 32 ? { kind, bits: 256 } : undefined;
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const key = createPublicKey({ key: bytes, format: 'der', type });
      return { kind, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
    } catch {
      // Not of this type.
    }
  }
  return undefined;
}
