/**
 * Parses a URL; `undefined` if the text is not one. `URL.canParse` cannot be used: once called often, Node 20
 * optimises it into code that returns false for every text with an ä or ü in it.
 */
export function readUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** A percent-encoded text decoded; unchanged if its encoding is malformed, such as a lone `%`. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether a host name, as `URL.hostname` writes it, always means this machine (RFC 6761 6.3 for localhost).
 */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Whether a URL is this page. A page that ends with a slash also covers every page below it. Query and
 * fragment are ignored.
 */
export function isBelow(page: string, url: string): boolean {
  const address = readUrl(url);
  if (!address) return false;
  const { origin, pathname } = address;
  return page.endsWith('/') ? `${origin}${pathname}`.startsWith(page) : `${origin}${pathname}` === page;
}
