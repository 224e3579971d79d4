import type { Messages } from '../../shared/messages/messages.ts';
import type { Body } from '../http/request-body.ts';

/** A sign-up request, as far as the intake needs it. */
export interface SignupPost {
  readonly form: string;
  /** The Origin header. */
  readonly origin: string | undefined;
  /** What the funnel calls the page with the form. */
  readonly pageOrigin: string;
  /** The Host header. */
  readonly host: string | undefined;
  /** The visitor's IP address, read from behind the trusted proxies. */
  readonly ip: string;
  /** Whether a form without script sent it: the browser then navigates to the answer and shows it. */
  readonly plain: boolean;
  /** Of these languages, the one that the visitor wants most. */
  readonly languageOf: (offered: readonly Messages[]) => Messages;
  readonly headers: BrowserHeaders;
  readonly contentType: string | undefined;
  /** What Content-Encoding and Transfer-Encoding name, in lower case. */
  readonly encodings: readonly string[];
  /** Reads the body. Called only after the cheap checks have passed. */
  readonly readBody: (maxBytes: number) => Promise<Body>;
}

/** Headers that every browser sends with a form. */
export interface BrowserHeaders {
  readonly userAgent: string | undefined;
  readonly acceptLanguage: string | undefined;
  /** Sent by browsers since 2020 (Safari since 2023), over https only. */
  readonly secFetchSite: string | undefined;
}
