import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createChallenge, randomInt, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { createForms } from '../../../server/forms/forms.ts';
import { problem } from '../../../server/http/problem.ts';
import { pendingOf } from '../../../server/routes/confirm/confirm-routes.ts';
import { wordsFor } from '../../../server/routes/language.ts';
import type { FormDefinition } from '../../../shared/form.ts';
import type { Challenge, ConfirmationAnswer, Proof } from '../../../shared/signup.ts';
import { deferred } from '../deferred.ts';

type Request = Pick<IncomingMessage, 'url' | 'headers'> & AsyncIterable<Uint8Array>;

/** The part of a Koa context that the stub needs. */
export interface Context {
  readonly method: string;
  readonly path: string;
  readonly req: Request;
  status: number;
  type: string;
  body: unknown;
}

/** The stub's behaviour for one test, which names it in the path. */
type Behaviour =
  | 'accepting'
  | 'invalid'
  | 'limited'
  | 'gateway'
  | 'dropping'
  | 'absent'
  | 'held'
  | 'loading'
  /** Gives the hardest possible challenges. */
  | 'hard'
  /** Gives challenges that cannot be solved. */
  | 'strange'
  /** Gives no challenge until it is released. */
  | 'busy'
  /** Wants no proof. */
  | 'trusting'
  /** No longer knows its first challenge. */
  | 'forgetful'
  /** Suspects every visitor of being a robot. */
  | 'suspicious'
  /** Serves no module on demand except the proof, like a page that blocks the others. */
  | 'bare'
  /** Serves no module on demand at all. */
  | 'barren'
  /** Each sign-up waits for the code `123456`; `999999` is one wrong code too many. */
  | 'confirming'
  /** Also asks for the company, from the second time on that the form is loaded. */
  | 'grown';

interface Room {
  /** The values that were sent, each with what happened to its proof. */
  readonly posts: Record<string, string>[];
  readonly proofs: ProofState[];
  /** The requested paths below the form, and the requested modules. */
  readonly asked: string[];
  /** Proofs that were used up. */
  readonly used: Set<string>;
  loads: number;
  isReleased: boolean;
  release: () => void;
  readonly released: Promise<void>;
}

type ProofState = 'none' | 'valid' | 'used' | 'wrong';

const secret = 'the secret of the stub, which is none';

/**
 * A stub of the proxy in the browser tests' own server, with the real form definition, real challenges and
 * real problems:
 * - `/stub/<behaviour>/<test>/forms/newsletter` is a form.
 * - `/stub/<behaviour>/<test>/seen` returns what arrived there.
 * - `?with=` adds or replaces members (as JSON) of the form's definition.
 * - `loading` serves the form, and `held` answers the sign-up, only after `/stub/<behaviour>/<test>/release`.
 */
export function stubProxy(): (context: Context, next: () => Promise<void>) => Promise<void> {
  const rooms = new Map<string, Room>();

  return async (context, next) => {
    const [, behaviour, room, what = ''] = /^\/stub\/(\w+)\/([\w-]+)\/(.+)$/.exec(context.path) ?? [];
    if (behaviour === undefined || room === undefined) return next();
    const here = rooms.get(room) ?? createRoom();
    rooms.set(room, here);
    if (what === 'seen') {
      const { posts, proofs, asked, loads } = here;
      answer(context, 200, { posts, proofs, asked, loads });
    } else if (what === 'release') {
      here.release();
      answer(context, 200, {});
    } else if (context.method === 'POST') {
      if (what.endsWith('/confirmation')) await answerConfirmation(context);
      else await answerPost(context, behaviour as Behaviour, here);
    } else if (what.endsWith('/challenge')) {
      const { searchParams } = new URL(context.req.url ?? '', 'http://localhost');
      // Makes every address unique.
      searchParams.delete('fresh');
      here.asked.push(`challenge${searchParams.size > 0 ? `?${String(searchParams)}` : ''}`);
      if (behaviour === 'busy' && !here.isReleased) answer(context, 429, problem('rate_limited'));
      else answer(context, 200, await makeChallenge(behaviour as Behaviour));
    } else if (what.endsWith('.js')) {
      here.asked.push(what);
      if (isBlocked(behaviour, what)) answer(context, 404, problem('not_found'));
      else await answerScript(context, what);
    } else {
      here.loads++;
      if (behaviour === 'loading') await here.released;
      if (behaviour === 'absent') answer(context, 404, problem('no_such_form'));
      else answer(context, 200, definition(behaviour as Behaviour, here, context.req));
    }
  };
}

function isBlocked(behaviour: string, script: string): boolean {
  return (
    (behaviour === 'barren' && script !== 'embed.js') ||
    (behaviour === 'bare' && !['embed.js', 'proof.js'].includes(script))
  );
}

function definition(behaviour: Behaviour, { loads }: Room, request: Request): unknown {
  const forms = formsOf(behaviour);
  const instead = new URL(request.url ?? '', 'http://localhost').searchParams.get('with') ?? '{}';
  const changes = JSON.parse(instead) as Partial<FormDefinition>;
  const newsletter = forms.find('newsletter')?.definitionIn(wordsFor(request));
  if (behaviour !== 'grown' || loads < 2) return { ...newsletter, ...changes };
  const [email, ...others] = newsletter?.fields ?? [];
  return { ...newsletter, fields: [email, company, ...others] };
}

function formsOf(behaviour: Behaviour) {
  return createForms({
    address: { international: false, disposable: 'allow', isDisposableDomain: () => false },
    proof: behaviour !== 'trusting' && behaviour !== 'confirming',
    thankYouPages: [],
  });
}

const company: FormDefinition['fields'][number] = {
  name: 'company',
  type: 'text',
  label: 'Company',
  required: true,
  maxLength: 100,
};

async function makeChallenge(behaviour: Behaviour): Promise<unknown> {
  const isHard = behaviour === 'hard';
  const issuedAt = Date.now();
  const challenge = await createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: isHard ? 1000 : 10,
    counter: isHard ? 299 : randomInt(30, 5),
    deriveKey,
    expiresAt: Math.ceil(issuedAt / 1000) + 600,
    data: { form: 'newsletter', issuedAt, touchedAt: issuedAt },
    hmacSignatureSecret: secret,
  });
  if (behaviour === 'strange') challenge.parameters.algorithm = 'ARGON2ID';
  return { ...challenge, since: 'first-touched' };
}

async function answerPost(context: Context, behaviour: Behaviour, room: Room): Promise<void> {
  const post = Object.fromEntries(new URLSearchParams(await readText(context.req)));
  if (behaviour === 'dropping') {
    (context as unknown as { readonly req: { readonly socket: { destroy(): void } } }).req.socket.destroy();
    return;
  }
  const { proof } = post;
  const isForgotten = behaviour === 'forgetful' && room.posts.length === 0;
  const state = await judge(proof, room);
  room.posts.push(post);
  room.proofs.push(state);
  if (behaviour === 'held') await room.released;
  if (
    behaviour === 'suspicious' ||
    isForgotten ||
    (state !== 'valid' && !['trusting', 'confirming'].includes(behaviour))
  ) {
    answer(context, 403, problem('bot_suspected'));
    return;
  }
  if (behaviour !== 'invalid' && proof !== undefined) room.used.add(proof);
  answerSignup(context, behaviour, post);
}

async function judge(proof: string | undefined, { used }: Room): Promise<ProofState> {
  if (proof === undefined) return 'none';
  if (used.has(proof)) return 'used';
  const { challenge, solution } = JSON.parse(Buffer.from(proof, 'base64').toString()) as Proof;
  const { verified } = await verifySolution({
    challenge: challenge satisfies Omit<Challenge, 'since'>,
    solution,
    deriveKey,
    hmacSignatureSecret: secret,
  });
  return verified ? 'valid' : 'wrong';
}

function answerSignup(context: Context, behaviour: Behaviour, post: Record<string, string>): void {
  switch (behaviour) {
    case 'accepting':
    case 'dropping':
    case 'absent':
    case 'held':
    case 'loading':
    case 'hard':
    case 'strange':
    case 'busy':
    case 'trusting':
    case 'forgetful':
    case 'suspicious':
    case 'bare':
    case 'barren':
      answer(context, 202, { status: 'accepted' });
      break;
    case 'confirming': {
      const form = formsOf(behaviour).find('newsletter');
      const waiting = { ticket: 'ticket', email: post['email'] ?? '' };
      if (form) answer(context, 202, pendingOf(waiting, form, wordsFor(context.req)));
      break;
    }
    case 'grown':
      if (post['company'] === undefined)
        answer(context, 422, problem('invalid', { issues: { company: 'missing' } }));
      else answer(context, 202, { status: 'accepted' });
      break;
    case 'invalid':
      answer(context, 422, problem('invalid', { issues: { email: 'malformed' } }));
      break;
    case 'limited':
      answer(context, 429, problem('rate_limited', { retryAfterS: 60 }));
      break;
    case 'gateway':
      context.status = 502;
      context.type = 'text/html';
      context.body = '<h1>Bad gateway</h1>';
      break;
  }
}

async function answerConfirmation(context: Context): Promise<void> {
  const code = new URLSearchParams(await readText(context.req)).get('code');
  const statuses: Partial<Record<string, 'confirmed' | 'locked'>> = { 123456: 'confirmed', 999999: 'locked' };
  const status = code === null ? 'pending' : (statuses[code] ?? 'wrong');
  answer(context, 200, { status } satisfies ConfirmationAnswer);
}

function answer(context: Context, status: number, body: unknown): void {
  context.status = status;
  context.type = 'application/json';
  context.body = JSON.stringify(body);
}

async function answerScript(context: Context, path: string): Promise<void> {
  context.status = 200;
  context.type = 'text/javascript';
  context.body = await readFile(`dist/widget/${path}`, 'utf8');
}

function createRoom(): Room {
  const { promise, resolve } = deferred();
  const room: Room = {
    posts: [],
    proofs: [],
    asked: [],
    used: new Set(),
    loads: 0,
    isReleased: false,
    released: promise,
    release: () => {
      room.isReleased = true;
      resolve();
    },
  };
  return room;
}

async function readText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
