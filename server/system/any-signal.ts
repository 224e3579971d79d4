import { setMaxListeners } from 'node:events';

/**
 * Does something with a signal that aborts as soon as one of these does. `AbortSignal.any` is not used with
 * signals that live long: on Node 20 each of them keeps a trace of every signal that was made from it, 5 MB a
 * day in an idle loop (https://github.com/nodejs/node/issues/54614). Here nothing is left when `use` has
 * settled.
 */
export async function withAnySignal<T>(
  signals: readonly AbortSignal[],
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const first = new AbortController();
  const abort = ({ target }: Pick<Event, 'target'>) => {
    first.abort((target as AbortSignal).reason);
  };
  // As many as use it at once, and no leak: Node would warn of more than ten.
  setMaxListeners(0, ...signals);
  for (const signal of signals) {
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort({ target: signal });
  }
  try {
    return await use(first.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
