import { warning, type Finding } from '../finding.ts';

/** What is no secret of a URL. */
export function originOf(url: string): string {
  return new URL(url).origin;
}

/** That a connection is not possible, and what to do. `meanwhile`: what follows from it. */
export function unreachable(what: string, reason: string, meanwhile: string): Finding {
  const remedy = reason.endsWith('needs https')
    ? 'Give its address with https: http is for this machine and private networks.'
    : reason.endsWith('is not allowed')
      ? 'This machine is localhost, 127.0.0.1 or [::1]; its other addresses, those of its link and the metadata of clouds ' +
        'are not allowed, and private networks only with --private-network for webhooks.'
      : 'Let this machine connect to it (DNS, firewall): HTTPS_PROXY is not used for it.';
  return warning(`${what} cannot be reached: ${reason}.`, `${remedy} ${meanwhile}`);
}
