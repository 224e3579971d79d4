import type { IncomingMessage } from 'node:http';

/** Where visitors reach the proxy: what pages, QR codes and snippets print. `PUBLIC_URL` decides. */
export interface PublicAddress {
  /** The path before every path of the proxy, such as `/newsletter`; empty if it has a host of its own. */
  readonly prefix: string;
  /** The origin of the proxy's own pages; `undefined` without `PUBLIC_URL`. */
  readonly origin: string | undefined;
  /**
   * The URL without a trailing slash. Outside production `PUBLIC_URL` may be missing: then it is the one in
   * the Host header, so that a cache must not keep an answer with it for requests with another Host.
   */
  of(request: Pick<IncomingMessage, 'headers'>): string;
}

/** `publicUrl` has no trailing slash. */
export function createPublicAddress(publicUrl: string | undefined): PublicAddress {
  if (publicUrl !== undefined) {
    const { origin, pathname } = new URL(publicUrl);
    return { prefix: pathname === '/' ? '' : pathname, origin, of: () => publicUrl };
  }
  return {
    prefix: '',
    origin: undefined,
    // X-Forwarded-Host and X-Forwarded-Proto may come from the visitor: most web servers pass them on.
    of: ({ headers: { host = '' } }) => `http://${host === '' ? 'localhost' : host}`,
  };
}
