/** What rasa.io keeps for itself, and what would let a visitor become another contact or change what is not theirs. */
const kept: readonly string[] = [
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
  // What DISPOSABLE=flag says.
  'disposable',
];

/** Why an attribute cannot be filled, in words that go on from "wanted"; `undefined` where it can. */
export function refuseAttribute(name: string): string | undefined {
  if (kept.includes(name.toLowerCase()) || name in {})
    return 'an attribute that is not kept by rasa.io or the proxy';
  return undefined;
}
