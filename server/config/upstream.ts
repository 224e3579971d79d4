import type { CredentialSet } from '../rasa/credentials.ts';
import type { Secret } from '../system/secret.ts';
import { areCredentialsMeant, readCredentialSets, required, type RasaApi } from './credential-sets.ts';
import type { EnvReader } from './env.ts';
import { settings } from './settings.ts';

/** Where sign-ups go. */
export type Upstream = RasaUpstream | WebhookUpstream | SandboxUpstream;

export interface RasaUpstream {
  readonly is: 'rasa';
  readonly api: 'v1' | 'v2';
  readonly baseUrl: string;
  readonly sets: readonly CredentialSet[];
}

/** The webhook of rasa.io's own sign-up form. It needs no key and takes three fields. */
export interface WebhookUpstream {
  readonly is: 'webhook';
  readonly baseUrl: string;
  /** Identifies the newsletter. It is part of the public URL of rasa.io's own sign-up form. */
  readonly guid: string;
}

export interface SandboxUpstream {
  readonly is: 'sandbox';
  readonly host: string;
  readonly port: number;
  readonly apiKey: Secret | undefined;
}

/**
 * Reads where the sign-ups of each account go; `readers` has one for each. Credentials that are incomplete or
 * meant for another API than RASA_API are added to the faults, and what is returned must not be used then.
 */
export function readUpstreams(
  reader: EnvReader,
  readers: readonly EnvReader[],
  isProduction: boolean,
): readonly Upstream[] | undefined {
  const { read, faults } = reader;
  const sandbox = read('SANDBOX');
  const baseUrls = { api: read('RASA_BASE_URL'), webhook: read('RASA_PUBLIC_BASE_URL') };
  const faultsBefore = faults.length;
  const api = read('RASA_API');
  // Which credentials are meant is not known then.
  if (faults.length > faultsBefore) return undefined;
  const areMeant = readers.some((of) => areCredentialsMeant(of, api));
  for (const of of readers) refuseOtherApi(of, api);
  const own: SandboxUpstream = {
    is: 'sandbox',
    host: read('SANDBOX_HOST'),
    port: read('SANDBOX_PORT'),
    apiKey: read('SANDBOX_API_KEY'),
  };

  if (!areMeant && (sandbox === 'on' || (sandbox !== 'off' && !isProduction))) return readers.map(() => own);
  const upstreams = readers.map((of): Upstream => {
    const isMeant = areCredentialsMeant(of, api);
    if (sandbox !== 'on') reportMissing(of, api, areMeant);
    if (api === 'webhook') {
      return { is: 'webhook', baseUrl: baseUrls.webhook, guid: of.read('RASA_SIGNUP_GUID') ?? '' };
    }
    // Also where a part is missing, so that every fault is reported at once.
    const sets = isMeant ? readCredentialSets(of, api) : [];
    return { is: 'rasa', api, baseUrl: baseUrls.api, sets };
  });
  if (sandbox === 'on') {
    faults.push(
      'SANDBOX: found "on" together with credentials for rasa.io, wanted only one of them: remove SANDBOX, or the RASA_ variables.',
    );
  }
  // What further faults there are depends on what is meant.
  return sandbox === 'on' || !areMeant ? undefined : upstreams;
}

function reportMissing({ isSet, variable, faults }: EnvReader, api: RasaApi, areOthersSet: boolean): void {
  const missing = required[api].filter((name) => !isSet(name));
  for (const name of missing) {
    faults.push(
      `${variable(name)}: found nothing, wanted ${settings[name].wanted}` +
        (areOthersSet
          ? ', since the other credentials are set.'
          : ', or SANDBOX=on to try the product without rasa.io.'),
    );
  }
}

/**
 * Reports credentials that are set for another API only. Without this fault they would be ignored silently.
 */
function refuseOtherApi(reader: EnvReader, api: RasaApi): void {
  const { isSet, variable, faults } = reader;
  const meant = (['v1', 'v2', 'webhook'] as const).filter((other) => areCredentialsMeant(reader, other));
  const [other] = meant;
  if (other === undefined || meant.includes(api)) return;
  const name = required[other].find((name) => isSet(name)) ?? required[other][0];
  faults.push(
    `RASA_API: found ${JSON.stringify(api)}, wanted ${JSON.stringify(other)}, since ${variable(name)} is set.`,
  );
}
