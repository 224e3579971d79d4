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

/** Whether a host name, as `URL.hostname` writes it, can only mean this machine (RFC 6761 6.3 for localhost). */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Whether an address is this page, or below it where that ends with a slash. Query and fragment do not count. */
export function isBelow(page: string, url: string): boolean {
  const address = readUrl(url);
  if (!address) return false;
  const { origin, pathname } = address;
  return page.endsWith('/') ? `${origin}${pathname}`.startsWith(page) : `${origin}${pathname}` === page;
}
