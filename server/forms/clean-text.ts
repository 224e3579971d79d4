/**
 * Characters that reverse the direction of text or are invisible (UAX #44, Default_Ignorable_Code_Point, and
 * the annotation marks), both used for spoofing. Joiners and variation selectors stay: scripts and emoji need
 * them.
 */
const invisible =
  /(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu;

const controls = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * Removes invisible characters and surrounding white space, and replaces each run of control characters, lone
 * surrogates and line separators by one space.
 */
export function cleanText(text: string): string {
  return text.replace(invisible, '').replace(controls, ' ').trim();
}

/**
 * Cleans every text value; an empty one then counts as absent, since a form also sends the fields that were
 * left empty. A separate step before the schema: inside it, one transform for each possible field costs more
 * than all its checks.
 */
export function cleaned(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const text = cleanText(value);
      return [name, text === '' ? undefined : text];
    }),
  );
}
