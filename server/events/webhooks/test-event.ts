import { createIds } from '../../store/ids.ts';

/** A message that looks like an event, and tells only that messages arrive. */
export function newTestEvent(nowMs: number): { readonly id: string; readonly body: string } {
  const id = createIds(() => nowMs)().replaceAll('-', '');
  const timestamp = new Date(nowMs).toISOString();
  return {
    id: `evt_${id}_webhook_test`,
    body: JSON.stringify({ type: 'webhook.test', timestamp, data: {} }),
  };
}
