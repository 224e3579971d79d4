/**
 * Why a request got no answer, in words that tell an operator where to look: the name server, the other
 * side, its certificate, the proxy on the way. Never a URL's path, which may contain a token.
 */
export interface NetworkFault {
  readonly is: 'dns' | 'refused' | 'unreachable' | 'tls' | 'proxy' | 'cut' | 'unknown';
  readonly reason: string;
}

/**
 * Describes an error of `fetch`. `proxy` is the origin of the proxy that the request went through, if it did:
 * whatever keeps the connection from being made is then between this machine and the proxy.
 */
export function networkFault(error: unknown, proxy?: string): NetworkFault {
  const first = firstCause(error);
  const { code = '', message } = first;
  const [, status] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  if (status !== undefined || message.includes('Proxy Authentication Required')) {
    return {
      is: 'proxy',
      reason: `the proxy${proxy === undefined ? '' : ` ${proxy}`} answered ${status ?? 407}`,
    };
  }
  const fault = faultOf(first, code);
  const isAtProxy =
    fault.is === 'dns' || fault.is === 'refused' || fault.is === 'unreachable' || isProxyTls(first);
  if (proxy === undefined || !isAtProxy) return fault;
  return { is: 'proxy', reason: `the proxy ${proxy} cannot be used: ${fault.reason}` };
}

type SystemError = Error & Partial<Record<'code' | 'hostname' | 'address' | 'port', string | number>>;

function faultOf(error: SystemError, code: string | number): NetworkFault {
  const text = String(code);
  const { message, hostname, address, port } = error;
  if (text === 'ENOTFOUND' || text.startsWith('EAI_')) {
    const what =
      text === 'ENOTFOUND' ? `the name ${hostname ?? ''} does not exist` : 'no name server answers';
    return { is: 'dns', reason: `DNS: ${what} (${text})` };
  }
  const to = address === undefined ? '' : ` to ${address}:${port ?? ''}`;
  if (text === 'ECONNREFUSED') return { is: 'refused', reason: `the connection${to} was refused (${text})` };
  if (unreachable.has(text)) return { is: 'unreachable', reason: `no connection${to} (${text})` };
  if (tls.test(text)) return { is: 'tls', reason: `TLS: ${reasonOfTls(message, text)} (${text})` };
  if (cut.has(text)) return { is: 'cut', reason: `the connection was cut (${text})` };
  return { is: 'unknown', reason: `the connection failed${text === '' ? '' : ` (${text})`}` };
}

const unreachable: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EACCES',
  'EPERM',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const cut: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
/** Node's names of OpenSSL's verdicts on certificates (`X509_V_ERR_…`), and of its other errors. */
const tls =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|UND_ERR_PRX_TLS)/;

/** OpenSSL's own messages name its source files. */
function reasonOfTls(message: string, code: string): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'the other side does not speak it as expected';
  return message.split('\n', 1)[0] ?? '';
}

function isProxyTls({ code }: SystemError): boolean {
  return code === 'UND_ERR_PRX_TLS';
}

/** The reason is in the error's cause, or in one of several where a name has several addresses. */
function firstCause(error: unknown): SystemError {
  for (let at = error; ;) {
    const next: unknown =
      at instanceof AggregateError ? (at.errors as unknown[])[0] : (at as Error | undefined)?.cause;
    if (!(next instanceof Error)) return at instanceof Error ? at : new Error(String(at));
    at = next;
  }
}
