import { readNumbers } from '../../events/feed.ts';
import { Endpoints, type Endpoint } from '../../events/webhooks/endpoints.ts';
import { Sender } from '../../events/webhooks/sender.ts';
import type { Database } from '../../store/database.ts';
import { fine, note, warning, type Finding } from '../finding.ts';
import { originOf, unreachable } from './reached.ts';

/** Whether the endpoints of `webhooks add` get what happens, or something keeps it from them. */
export async function checkWebhooks(database: Database | undefined): Promise<readonly Finding[]> {
  if (!database) return [note('There is no database to look at.')];
  const [endpoints, { swept }] = await Promise.all([
    new Endpoints({ database }).list(),
    readNumbers(database),
  ]);
  if (endpoints.length === 0) return [note('There are none.')];
  const sender = new Sender();
  try {
    const found = endpoints.map((endpoint) => checkEndpoint(endpoint, { swept, sender }));
    return (await Promise.all(found)).flat();
  } finally {
    await sender.close();
  }
}

interface Context {
  readonly swept: number;
  readonly sender: Sender;
}

async function checkEndpoint(endpoint: Endpoint, context: Context): Promise<readonly Finding[]> {
  const { id, target, state, reason, failures } = endpoint;
  if (!target) {
    return [
      warning(
        `${id} cannot be opened: it gets nothing.`,
        'Give the key that it was sealed with as OUTBOX_KEY_PREVIOUS, or remove it and add it again.',
      ),
    ];
  }
  const at = `${id} (${originOf(target.url)})`;
  const missed = missedOf(endpoint, context, at);
  if (state === 'disabled') {
    return [
      ...missed,
      warning(
        `${at} is disabled: ${reason}.`,
        `When it wants events again: rasa-signup webhooks replay ${id} --since 3d; otherwise webhooks remove ${id}.`,
      ),
    ];
  }
  if (failures > 0) return [...missed, failing(endpoint, at)];
  const fault = await context.sender.reach(target);
  if (fault !== undefined) return [...missed, unreachable(at, fault, 'Events wait for it.')];
  return [...missed, fine(`${at} can be reached.`)];
}

function failing({ id, failures, failingSinceMs, dueMs }: Endpoint, at: string): Finding {
  return warning(
    `${at} has not taken an event since ${isoOf(failingSinceMs)} (attempts: ${failures}); it is tried again at ` +
      `${isoOf(dueMs)}. Events wait for it.`,
    `rasa-signup webhooks log ${id} shows what it answers, and webhooks test ${id} sends it a message now.`,
  );
}

function missedOf({ position }: Endpoint, { swept }: Context, at: string): readonly Finding[] {
  if (position >= swept) return [];
  return [
    warning(
      `Events for ${at} were deleted before it took them: they are kept for 30 days, and two million at most.`,
      'Compare what it has with rasa.io; the next event that it takes ends this.',
    ),
  ];
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
