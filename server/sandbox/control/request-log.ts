import type { EventEmitter } from 'node:events';

/** One request without anything secret: no header, no body, and of the path what is known to be harmless. */
export interface LoggedRequest {
  /** In ms since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** `null` where the connection was cut before the answer. */
  readonly status: number | null;
  readonly ms: number;
  /** The name of the API key. */
  readonly key: string | null;
}

interface RequestLogOptions {
  /** Told of every request, for pages that are being looked at. */
  readonly changes: EventEmitter<{ change: [] }>;
  readonly now: () => number;
}

const keptMs = 15 * 60_000;
const keptRequests = 500;

/** What the API was asked in the last minutes, in memory only. */
export class RequestLog {
  readonly #options: RequestLogOptions;
  #requests: LoggedRequest[] = [];

  constructor(options: RequestLogOptions) {
    this.#options = options;
  }

  add(request: LoggedRequest): void {
    this.#requests = [request, ...this.recent].slice(0, keptRequests);
    this.#options.changes.emit('change');
  }

  /** Newest first. */
  get recent(): readonly LoggedRequest[] {
    const since = this.#options.now() - keptMs;
    return this.#requests.filter(({ at }) => at >= since);
  }

  clear(): void {
    this.#requests = [];
    this.#options.changes.emit('change');
  }
}

/** Values of parameters that say nothing of anybody: numbers, times, and words of the API. */
const harmlessValue = /^(\d{1,9}|\d{4}-\d{2}-\d{2}([T ][\d:.]{5,12}Z?)?|now(-\d+[mhdw])?(\/[mhdw])?)$/;
const harmlessWords: ReadonlySet<string> = new Set(
  (
    'hour day week month past_day past_week past_month past_quarter past_year open click delivered bounce ' +
    'unsubscribe real_clicks All UTC original json rss'
  ).split(' '),
);

/**
 * The path as it may be shown. A path of the API keeps its own words and the beginning of an id; of any other
 * only short plain words are shown, since a token or an address may stand in it.
 *
 * @param pattern The route's path, `/v1/persons/:id`.
 */
export function shownPath(url: string, pattern: string | undefined): string {
  const [path = '', query = ''] = url.split('?', 2);
  const names = pattern?.split('/') ?? [];
  const shown = path
    .split('/')
    .map((part, index) => (names[index] === part ? part : partShown(part, names[index])))
    .join('/');
  const parameters = [...new URLSearchParams(query)].map(
    ([name, value]) => `${nameShown(name)}=${valueShown(value)}`,
  );
  return parameters.length > 0 ? `${shown}?${parameters.join('&')}` : shown;
}

function partShown(part: string, name: string | undefined): string {
  if (name === ':id' && /^[\w-]+$/.test(part)) return part.length > 8 ? `${part.slice(0, 8)}…` : part;
  if (name !== undefined && part !== '') return '…';
  return /^[a-z0-9_-]{0,24}$/i.test(part) ? part : '…';
}

function valueShown(value: string): string {
  const isHarmless = harmlessValue.test(value) || value.split(',').every((word) => harmlessWords.has(word));
  return isHarmless ? value : '…';
}

/** A secret may stand in the place of a name too. */
function nameShown(name: string): string {
  return /^[a-z_[\]]{1,20}$/.test(name) ? name : '…';
}
