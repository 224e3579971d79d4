/** Whether an address is this page, or below it where that ends with a slash. Query and fragment do not count. */
export function isBelow(page: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return page.endsWith('/') ? `${origin}${pathname}`.startsWith(page) : `${origin}${pathname}` === page;
}
