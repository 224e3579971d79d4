/** A request to sign somebody up, as far as the intake has to know of it. */
export interface SignupPost {
  readonly form: string;
  /** The Origin header. */
  readonly origin: string | undefined;
  /** The Host header. */
  readonly host: string | undefined;
  /** The visitor's address, read from behind the proxies that are trusted. */
  readonly ip: string;
  /** Sent by a form without script: the browser goes to the answer and shows it. */
  readonly plain: boolean;
  readonly headers: BrowserHeaders;
  readonly contentType: string | undefined;
  /** Reads the body, which is not asked for before the cheap checks have passed. */
  readonly readBody: (maxBytes: number) => Promise<Body>;
}

/** Headers that every browser sends with a form. */
export interface BrowserHeaders {
  readonly userAgent: string | undefined;
  readonly acceptLanguage: string | undefined;
  /** Since 2020 (Safari since 2023), on https. */
  readonly secFetchSite: string | undefined;
}

export type Body =
  | { readonly is: 'whole'; readonly bytes: Uint8Array }
  | { readonly is: 'too_large' }
  /** It ended before it was there. */
  | { readonly is: 'broken' };
