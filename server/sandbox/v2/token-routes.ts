import { z } from 'zod';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';

const base = { path: '/v2/tokens', kind: 'tokens', source: 'SPEC' } as const;

export const v2TokenRoutes: readonly Route[] = [
  {
    ...base,
    method: 'POST',
    access: 'none',
    about:
      'Makes a token for `grant_type` `client_credentials`, `client_id` and `client_secret`, which is an API key: 200 with `access_token`.',
    answer: mint,
  },
  {
    ...base,
    method: 'DELETE',
    access: 'v2',
    about: 'Ends the token that it is called with: 204.',
    answer({ token }, { tokens }) {
      tokens.end(token?.text ?? '');
      return { status: 204 };
    },
  },
];

const mintSchema = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  account_guid: z.string().optional(),
});

async function mint({ body }: Call, { account, apiKeys, tokens, faults, now }: ApiParts): Promise<Reply> {
  const sent = mintSchema.safeParse(body);
  if (!sent.success) return reply(400, 'grant_type, client_id or client_secret is missing');
  const { client_id, client_secret } = sent.data;
  const key = client_id === account.clientId ? await apiKeys.use(client_secret) : undefined;
  if (!key) return reply(401, 'The client is unknown, or its secret is wrong or revoked');
  const hasExpiry = faults.variants.tokenExp === 'present';
  const token = tokens.mint(key.id, 'v2', { lifetimeS: faults.tokenLifetimeS, hasExpiry });
  const expires_in = token.expires - Math.floor(now() / 1000);
  return { status: 200, beside: { access_token: token.text, token_type: 'Bearer', expires_in } };
}
