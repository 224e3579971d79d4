import { z } from 'zod';
import { reply, type ApiParts, type Call, type Reply, type Route } from '../api/route.ts';
import type { Token } from '../tokens.ts';

export const tokenRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/tokens',
    access: 'account',
    kind: 'tokens',
    source: 'RASA',
    about: 'Makes a token for an API key, sent as `key`: 201, the token in `results[0]["rasa-token"]`.',
    answer: mint,
  },
  {
    method: 'DELETE',
    path: '/v1/tokens',
    access: 'account',
    kind: 'tokens',
    source: 'SPEC',
    about: 'Ends all tokens: 204.',
    answer(_call, { tokens }) {
      tokens.endAll();
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/tokens/:token',
    access: 'account',
    kind: 'tokens',
    source: 'RASA',
    about: 'Ends one token: 204.',
    answer: ({ params }, { tokens }) =>
      tokens.end(params['token'] ?? '') ? { status: 204 } : reply(404, 'No such token'),
  },
];

async function mint({ body }: Call, { apiKeys, tokens, faults }: ApiParts): Promise<Reply> {
  const sent = z.object({ key: z.string().min(1) }).safeParse(body);
  if (!sent.success) return reply(400, 'key is missing');
  const key = await apiKeys.use(sent.data.key);
  if (!key) return reply(401, 'The key is unknown or revoked');
  const { tokenExp, tokenName, tokenPlace } = faults.variants;
  const token: Token = tokens.mint(key.id, 'v1', {
    lifetimeS: faults.tokenLifetimeS,
    hasExpiry: tokenExp === 'present',
  });
  const item = { [tokenName]: token.text };
  const place =
    tokenPlace === 'root' ? { beside: item } : { results: [tokenPlace === 'data' ? { data: item } : item] };
  return { status: 201, ...place, tokenExpires: token.expires };
}
