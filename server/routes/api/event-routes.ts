import express, { type Request, type Response } from 'express';
import { eventTypes } from '../../events/events.ts';
import { cursorPattern, CursorLost, isAmong, type Feed, type FeedPage } from '../../events/feed.ts';
import { problem, type ApiProblem } from '../../http/problem.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { refuseMethod } from '../answers.ts';
import { sendApiProblem, tokenOf, type ApiAccess } from '../api-access.ts';

export interface EventRoutesOptions {
  readonly feed: Pick<Feed, 'read' | 'readOrWait'>;
  readonly access: ApiAccess;
}

const longestWaitS = 30;
/** So many requests may wait at once; others are answered without waiting. */
const mostWaiting = 200;
const unavailableForS = 30;

/** `/api/events`: what happened, for applications that ask. */
export function createEventRoutes({ feed, access }: EventRoutesOptions): express.Router {
  const routes = express.Router({ caseSensitive: true });
  let waiting = 0;
  routes.get('/api/events', ...access.allow('events:read'), async (request, response) => {
    const found = await answer(request, response).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return problem('unavailable', { retryAfterS: unavailableForS });
      if (!(error instanceof CursorLost)) throw error;
      return problem('cursor_lost', {
        detail:
          'Events behind this cursor were deleted after 30 days, or it is from another database. ' +
          'Ask without after to begin with the oldest event that is kept.',
      });
    });
    if (response.destroyed) return;
    if ('code' in found) sendApiProblem(response, found);
    else response.set('Cache-Control', 'no-store').json(found);
  });
  routes.all('/api/events', refuseMethod('GET'));
  return routes;

  async function answer(request: Request, response: Response): Promise<ApiProblem | FeedPage> {
    const { after, wait = '0', types = '' } = request.query;
    if (after !== undefined && !isCursor(after)) {
      return problem('malformed', { detail: 'Wanted after to be `next` of an earlier answer.' });
    }
    const seconds = typeof wait === 'string' && /^\d{1,2}$/.test(wait) ? Number(wait) : Infinity;
    if (seconds > longestWaitS) {
      return problem('malformed', { detail: `Wanted wait to be a number of seconds, 0 to ${longestWaitS}.` });
    }
    const names = typeof types === 'string' ? types.split(',').filter((name) => name !== '') : undefined;
    const unknown = names?.find((name) => !eventTypes.some((type) => isAmong(type, [name])));
    if (!names || unknown !== undefined) {
      return problem('malformed', {
        detail: `Wanted types to be some of ${eventTypes.join(', ')}, or signup.* and the like, separated by commas.`,
      });
    }
    const asked = { account: tokenOf(response).account, after, types: names };
    if (seconds === 0 || waiting >= mostWaiting) return feed.read(asked);
    const gone = new AbortController();
    // The server cuts connections that have been silent for 30 s.
    request.setTimeout((longestWaitS + 10) * 1000);
    response.once('close', () => {
      gone.abort();
    });
    waiting++;
    try {
      return await feed.readOrWait(asked, seconds * 1000, gone.signal);
    } finally {
      waiting--;
    }
  }
}

function isCursor(text: unknown): text is string {
  return typeof text === 'string' && cursorPattern.test(text);
}
