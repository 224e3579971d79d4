import { randomUUID } from 'node:crypto';
import type { Accepted, Problem } from '../shared/signup.ts';
import type { Forms } from './forms.ts';
import { readFields, refuseBusyNetwork, refuseUnlistedOrigin } from './guards.ts';
import type { Limits } from './limits.ts';
import type { Origins } from './origins.ts';
import { OutboxUnavailable, type Outbox } from './outbox.ts';
import { problem } from './problem.ts';
import type { SignupPost } from './signup.ts';

/** The one way in. Plain data in and out, so that any front can serve it. */
export interface Door {
  receive(post: SignupPost): Promise<Accepted | Problem>;
}

export interface DoorOptions {
  readonly origins: Origins;
  readonly limits: Limits;
  readonly forms: Forms;
  readonly outbox: Pick<Outbox, 'add'>;
  readonly now?: () => number;
  readonly newId?: () => string;
}

/** Where the outbox cannot take a sign-up, how long to wait before the next try, in seconds. */
const unavailableForS = 30;

export function createDoor({
  origins,
  limits,
  forms,
  outbox,
  now = Date.now,
  newId = randomUUID,
}: DoorOptions): Door {
  return {
    /** The whole order that a sign-up passes, cheapest first. Accepted means that it would survive a power cut. */
    async receive(post) {
      const refused = refuseUnlistedOrigin(origins, post) ?? (await refuseBusyNetwork(limits, post));
      if (refused) return refused;

      const form = forms.find(post.form);
      if (!form) return problem('no_such_form', { detail: `There is no form ${JSON.stringify(post.form)}.` });

      const read = await readFields(post);
      if (!('fields' in read)) return read;

      const checked = form.check(read.fields);
      if (checked.is === 'invalid') return problem('invalid', { issues: checked.issues });

      const { person, id = newId(), page } = checked;
      const acceptedAt = new Date(now()).toISOString();
      try {
        await outbox.add({ id, form: post.form, person, acceptedAt, ...(page !== undefined && { page }) });
      } catch (error) {
        if (error instanceof OutboxUnavailable)
          return problem('unavailable', { retryAfterS: unavailableForS });
        throw error;
      }
      // The same answer for every address, or the form would tell who is subscribed.
      return { status: 'accepted' };
    },
  };
}
