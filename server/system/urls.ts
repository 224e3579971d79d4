/**
 * The address in a text, where there is one. `URL.canParse` cannot be trusted with it: once it is called often, Node 20
 * optimises it into something that says no to every text with an ä or ü in it.
 */
export function readUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
