/**
 * Marks that turn the direction of text around, or that nobody sees (UAX #44, Default_Ignorable_Code_Point, and the
 * annotation marks): spoofing's tools. Joiners and variation selectors stay: scripts need them, and emoji.
 */
const invisible =
  /(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu;

const controls = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** Without control characters, half characters, line separators, what nobody sees, and the white space around. */
export function cleanText(text: string): string {
  return text.replace(invisible, '').replace(controls, ' ').trim();
}

/**
 * Cleans every text; what is empty then counts as absent, since a form sends the fields that were left empty too.
 * Before the schema and not in it, where a step for each field that could have been sent costs more than all its checks.
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
