import type { Answered, Calls } from '../calls.ts';
import { isRasaError } from '../errors.ts';

/** A read that rasa.io documents as GET, and that some of its clients send as POST. */
export interface EitherVerb {
  /** `path` has the query of the GET, `json` is the body of the POST. */
  ask(call: {
    readonly name: string;
    readonly path: string;
    readonly json: object;
    readonly signal: AbortSignal | undefined;
  }): Promise<Answered>;
}

/** The statuses after which the other verb is worth an attempt: a wrong method may answer 400 or 404. */
const wrongVerb: readonly number[] = [400, 404, 405, 415];

/**
 * Sends GET first, and POST once where GET is answered like a wrong method. What worked is remembered by
 * name. If neither works, the error is that of the verb that rasa.io seems to know, with the other as its
 * cause.
 */
export function createEitherVerb(calls: Calls): EitherVerb {
  const posted = new Set<string>();
  return {
    async ask({ name, path, json, signal }) {
      const post = () =>
        calls.ask({ method: 'POST', path: path.replace(/\?.*/, ''), json, isRepeatable: true, signal });
      if (posted.has(name)) return post();
      try {
        // Another verb is quicker than another attempt.
        return await calls.ask({ method: 'GET', path, isFinal: isWrongVerb, signal });
      } catch (error) {
        if (!isWrongVerb(error)) throw error;
        const answer = await post().catch((other: unknown) => {
          throw isUnknownVerb(other) ? error : withCause(other, error);
        });
        posted.add(name);
        return answer;
      }
    },
  };
}

function isWrongVerb(error: unknown): boolean {
  return isRasaError(error) && 'status' in error && wrongVerb.includes(error.status);
}

/** A 400 to the POST is about what was asked; the others say that there is no POST. */
function isUnknownVerb(error: unknown): boolean {
  return isWrongVerb(error) && isRasaError(error) && 'status' in error && error.status !== 400;
}

function withCause(error: unknown, cause: unknown): unknown {
  if (error instanceof Error && error.cause === undefined) error.cause = cause;
  return error;
}
