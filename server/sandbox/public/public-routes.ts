import { z } from 'zod';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import { answerTopArticles } from './top-articles.ts';

const base = { access: 'none', source: 'KB' } as const;

/**
 * What rasa.io offers without a key, on a host of its own: the sign-up webhook and the feed of top articles.
 * The GUID is that of the newsletter. The webhook's real answers are not documented. rasa.io may accept it
 * from any page; here it is refused to pages of other sites, like the rest of the sandbox.
 */
export const publicRoutes: readonly Route[] = [
  {
    ...base,
    method: 'POST',
    path: '/signup/:guid',
    kind: 'persons',
    about: 'Signs up `email`, `first_name`, `last_name`: 200.',
    answer: signUp,
  },
  {
    ...base,
    method: 'GET',
    path: '/top-articles/:guid',
    kind: 'other',
    about:
      'The most clicked articles of two weeks: `format` (`json`, `rss`), `num_records`, `source`, `start_date` and `end_date` (absolute, or as `now-4d/m`).',
    answer: answerTopArticles,
  },
];

const personSchema = z.strictObject({
  email: z.string(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});

async function signUp({ params, body }: Call, { account, persons, faults }: ApiParts): Promise<Reply> {
  if (params['guid'] !== account.signupGuid) return reply(404, 'No such newsletter');
  const person = personSchema.safeParse(body);
  if (!person.success) return reply(400, 'Wanted email, first_name and last_name');
  const reason = faults.refusalOf(person.data.email);
  if (reason !== undefined) return reply(400, reason);
  const saved = await persons.upsertOne(person.data, { source: 'signup-page', via: null });
  return saved.status === 'refused' ? reply(400, saved.reason) : { status: 200 };
}
