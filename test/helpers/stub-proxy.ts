import { createForms } from '../../server/forms.ts';
import { problem } from '../../server/problem.ts';
import { en } from '../../shared/messages/en.ts';
import { deferred } from './deferred.ts';

/** As much of a Koa context as the stub needs. */
interface Context {
  readonly method: string;
  readonly path: string;
  readonly req: AsyncIterable<Uint8Array>;
  status: number;
  type: string;
  body: unknown;
}

/** How the proxy behaves towards one test; the test asks for it in the path. */
type Behaviour = 'accepting' | 'invalid' | 'limited' | 'gateway' | 'dropping' | 'absent' | 'held' | 'loading';

interface Room {
  readonly posts: Record<string, string>[];
  loads: number;
  release: () => void;
  readonly released: Promise<void>;
}

const forms = createForms({
  address: { international: false, disposable: 'allow', isDisposableDomain: () => false },
  proof: false,
  thankYouPages: [],
});

/**
 * A stand-in for the proxy in the browser tests' own server, with the real form definition and real problems:
 * `/stub/<behaviour>/<test>/forms/newsletter` is a form, `/stub/<behaviour>/<test>/seen` tells what arrived there,
 * and `loading` gives out the form, `held` answers the sign-up, only after `/stub/<behaviour>/<test>/release`.
 */
export function stubProxy(): (context: Context, next: () => Promise<void>) => Promise<void> {
  const rooms = new Map<string, Room>();

  return async (context, next) => {
    const [, behaviour, room, what] = /^\/stub\/(\w+)\/([\w-]+)\/(.+)$/.exec(context.path) ?? [];
    if (behaviour === undefined || room === undefined) return next();
    const here = rooms.get(room) ?? createRoom();
    rooms.set(room, here);
    if (what === 'seen') {
      answer(context, 200, { posts: here.posts, loads: here.loads });
    } else if (what === 'release') {
      here.release();
      answer(context, 200, {});
    } else if (context.method === 'GET') {
      here.loads++;
      if (behaviour === 'loading') await here.released;
      if (behaviour === 'absent') answer(context, 404, problem('no_such_form'));
      else answer(context, 200, forms.find('newsletter')?.definitionIn(en));
    } else {
      here.posts.push(Object.fromEntries(new URLSearchParams(await readText(context.req))));
      if (behaviour === 'held') await here.released;
      answerPost(context, behaviour as Behaviour);
    }
  };
}

function answerPost(context: Context, behaviour: Behaviour): void {
  switch (behaviour) {
    case 'accepting':
    case 'absent':
    case 'held':
    case 'loading':
      answer(context, 202, { status: 'accepted' });
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
    case 'dropping':
      (context as unknown as { readonly req: { readonly socket: { destroy(): void } } }).req.socket.destroy();
      break;
  }
}

function answer(context: Context, status: number, body: unknown): void {
  context.status = status;
  context.type = 'application/json';
  context.body = JSON.stringify(body);
}

function createRoom(): Room {
  const { promise, resolve } = deferred();
  return {
    posts: [],
    loads: 0,
    released: promise,
    release: () => {
      resolve();
    },
  };
}

async function readText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
