import { readUrl } from '../system/urls.ts';

/** Whether an address is this page, or below it where that ends with a slash. Query and fragment do not count. */
export function isBelow(page: string, url: string): boolean {
  const address = readUrl(url);
  if (!address) return false;
  const { origin, pathname } = address;
  return page.endsWith('/') ? `${origin}${pathname}`.startsWith(page) : `${origin}${pathname}` === page;
}
