import { json, Router } from 'express';
import { z } from 'zod';
import { refuseCrossSite } from '../foreign-requests.ts';
import { answerErrors, createAnswer, playFaults } from './answer.ts';
import type { ApiDeps } from './api-v1.ts';

/**
 * The sign-up webhook, which rasa.io runs on a separate host: no key, three fields, one GUID per newsletter.
 * Its real answers are not documented. rasa.io may accept requests from any page; this one does not, like the
 * rest of the sandbox.
 */
export function createWebhook(deps: ApiDeps): Router {
  const { account, persons, faults } = deps;
  const answer = createAnswer(deps);
  return Router()
    .use(refuseCrossSite, playFaults(faults, answer))
    .post('/:guid', json({ type: () => true, limit: '100kb' }), async (req, res) => {
      if (req.params.guid !== account.signupGuid) return answer(res, 404, { error: 'No such newsletter' });
      const person = personSchema.safeParse(req.body);
      if (!person.success) return answer(res, 400, { error: 'Wanted email, first_name and last_name' });
      const reason = faults.refusalOf(person.data.email);
      const saved =
        reason === undefined ? await persons.upsertOne(person.data) : { status: 'refused' as const, reason };
      if (saved.status === 'refused') return answer(res, 400, { error: saved.reason });
      return answer(res, 200);
    })
    .use(answerErrors(answer));
}

const personSchema = z.strictObject({
  email: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
