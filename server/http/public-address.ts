import type { IncomingMessage } from 'node:http';
import { isLoopback, readUrl } from '../system/urls.ts';

/** Where visitors reach the proxy: what pages, QR codes and snippets print. `PUBLIC_URL` decides. */
export interface PublicAddress {
  /** The path before every path of the proxy, such as `/newsletter`; empty if it has a host of its own. */
  readonly prefix: string;
  /** The origin of the proxy's own pages; `undefined` without `PUBLIC_URL`. */
  readonly origin: string | undefined;
  /**
   * The URL without a trailing slash. Without `PUBLIC_URL` it is the one in the Host header, so that a cache
   * must not keep an answer with it for requests with another Host.
   */
  of(request: Pick<IncomingMessage, 'headers'>): string;
}

export interface PublicAddressOptions {
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** Whether a web server that terminates TLS is in front. */
  readonly isBehindTls: boolean;
}

export function createPublicAddress({ publicUrl, isBehindTls }: PublicAddressOptions): PublicAddress {
  if (publicUrl !== undefined) {
    const { origin, pathname } = new URL(publicUrl);
    return { prefix: pathname === '/' ? '' : pathname, origin, of: () => publicUrl };
  }
  return {
    prefix: '',
    origin: undefined,
    // X-Forwarded-Host and X-Forwarded-Proto may come from the visitor: most web servers pass them on.
    of({ headers: { host = '' } }) {
      const isOwnMachine = isLoopback(readUrl(`http://${host}`)?.hostname ?? '');
      return `${isBehindTls && !isOwnMachine ? 'https' : 'http'}://${host === '' ? 'localhost' : host}`;
    },
  };
}
