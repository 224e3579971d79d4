import type { FormDefinition } from '../../../shared/form.ts';
import type { Accepted, ConfirmationAnswer } from '../../../shared/signup.ts';
import type { Moment } from '../view.ts';

/** Marks the URL of a form that is only measured. Its proxy always counts as reachable. */
export const probe = 'probe';

/**
 * Replaces `fetch` between the widget in the preview and the proxy. Definitions are real and are fetched
 * once; sign-ups are not sent. The answer to a sign-up depends on the moment that is shown.
 */
export function standIn(realFetch: typeof fetch, moment: () => Moment): typeof fetch {
  const definitions = new Map<string, Promise<FormDefinition>>();
  const load = async (url: string): Promise<FormDefinition> => {
    const response = await realFetch(url, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    // A preview needs no proof of work.
    return { ...((await response.json()) as FormDefinition), proof: false };
  };

  return async (input, init) => {
    const url = new URL(new Request(input, init).url);
    const isProbe = url.searchParams.has(probe);
    url.searchParams.delete(probe);
    if (init?.method === 'POST') {
      if (url.pathname.endsWith('/confirmation'))
        return Response.json({ status: 'pending' } satisfies ConfirmationAnswer);
      if (moment() === 'sending') return new Promise(() => undefined);
      if (moment() === 'confirm') return realFetch(pendingOf(url));
      return Response.json({ status: 'accepted' } satisfies Accepted, { status: 202 });
    }
    if (moment() === 'unavailable' && !isProbe)
      throw new TypeError('Shown as it is when the proxy cannot be reached.');
    const known = definitions.get(url.href) ?? load(url.href);
    definitions.set(url.href, known);
    try {
      const { redirect: _, ...definition } = await known;
      return Response.json(definition);
    } catch (error) {
      definitions.delete(url.href);
      throw error;
    }
  };
}

/** Where the builder has the answer to a sign-up that waits, in the language of the form. */
function pendingOf(form: URL): URL {
  const { pathname, search } = location;
  const address = new URL(`${pathname}/pending/${form.pathname.split('/').at(-1) ?? ''}${search}`, form);
  const lang = form.searchParams.get('lang');
  if (lang !== null) address.searchParams.set('lang', lang);
  return address;
}
