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
 * surrogates and line separators by one space. The widget and the proxy both apply it, so that they agree on
 * what was typed.
 */
export function cleanText(text: string): string {
  return text.replace(invisible, '').replace(controls, ' ').trim();
}
