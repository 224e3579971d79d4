import { z } from 'zod';
import { isNoteUrl, noteUrlWords } from '../alerts/alert-settings.ts';
import { mailAddress } from '../setting-schemas.ts';
import { object } from './schema-parts.ts';

const url = z.string(noteUrlWords).refine(isNoteUrl, noteUrlWords);
const addressWords = 'an e-mail address';
const addressText = z
  .string(addressWords)
  .refine((value) => mailAddress.safeParse(value).success, addressWords);
const targetWords = 'an object with at least one of mail, webhook and slack';

/** Who is told of new sign-ups of a form. */
export const notify = object({
  mail: addressText.optional().describe('Address that summaries are mailed to. Needs SMTP_URL.'),
  webhook: url.optional().describe('URL that summaries are sent to, as JSON.'),
  slack: url.optional().describe('URL of an incoming webhook of Slack, Mattermost or Rocket.Chat.'),
  addresses: z
    .boolean('true or false')
    .optional()
    .describe('Whether summaries have the addresses of the sign-ups. Needs KEEP_FOR_HANDOVER.'),
}).refine(({ mail, webhook, slack }) => (mail ?? webhook ?? slack) !== undefined, targetWords);
