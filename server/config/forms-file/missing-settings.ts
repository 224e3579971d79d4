import type { FormSpec } from '../../forms/form-spec.ts';
import { mailSettings } from '../mail-settings.ts';

/**
 * The fault to report with rasa.io if ALLOWED_ORIGINS is not set and a form lists no origins either, so that
 * no page may embed it. Empty if every form lists its origins.
 */
export function missingOrigins(specs: readonly FormSpec[]): string[] {
  if (specs.every(({ origins }) => origins !== undefined)) return [];
  return [
    'ALLOWED_ORIGINS: found nothing, wanted the origins of the pages with your form, such as ' +
      'https://www.example.com. Without it no page could send a sign-up to rasa.io.',
  ];
}

/** The faults to report where forms need settings that are not there. */
export function missingForForms(
  specs: readonly FormSpec[],
  { canMail, keepsAddresses }: { readonly canMail: boolean; readonly keepsAddresses: boolean },
): string[] {
  const idsOf = (asks: (spec: FormSpec) => boolean) => specs.filter(asks).map(({ id }) => id);
  const missing = (fault: string, member: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`${fault}, since these forms have \`${member}\`: ${ids.join(', ')}.`];
  const relay = `SMTP_URL: found nothing, wanted ${mailSettings.SMTP_URL.wanted}`;
  return [
    ...(canMail
      ? []
      : [
          ...missing(
            relay,
            'confirm',
            idsOf(({ confirm }) => confirm !== 'never'),
          ),
          ...missing(
            relay,
            'notify.mail',
            idsOf(({ notify }) => notify?.mail !== undefined),
          ),
        ]),
    ...(keepsAddresses
      ? []
      : missing(
          'KEEP_FOR_HANDOVER: found nothing, wanted a time such as 1d',
          'notify.addresses',
          idsOf(({ notify }) => notify?.addresses === true),
        )),
  ];
}
