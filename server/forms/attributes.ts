/**
 * Attributes that forms must not fill: those that rasa.io manages itself, and those with which a visitor
 * could take over another contact or change settings that are not theirs.
 */
export const reservedAttributes: readonly string[] = [
  'id',
  'external_id',
  'referral_code',
  'created',
  'updated',
  'last_newsbrief',
  'last_open',
  'last_click',
  'next_newsbrief',
  'schedule_id',
  'is_active',
  'is_subscribed',
  'is_archived',
  'archived',
  'archive',
  // Set by the proxy with DISPOSABLE=flag.
  'disposable',
];

/** Why forms must not fill an attribute, worded to follow "wanted"; `undefined` if they may. */
export function refuseAttribute(name: string): string | undefined {
  if (reservedAttributes.includes(name.toLowerCase()) || name in {})
    return 'an attribute that is not reserved by rasa.io or the proxy';
  return undefined;
}
