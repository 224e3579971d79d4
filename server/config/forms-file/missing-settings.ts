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

/** The fault to report where a form asks for confirmation and no mail can be sent. */
export function missingRelay(specs: readonly FormSpec[]): string[] {
  const asking = specs.filter(({ confirm }) => confirm !== 'never').map(({ id }) => id);
  if (asking.length === 0) return [];
  return [
    `SMTP_URL: found nothing, wanted ${mailSettings.SMTP_URL.wanted}, since these forms have \`confirm\`: ${asking.join(', ')}.`,
  ];
}
