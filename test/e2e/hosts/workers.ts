import { pageOf, serveSite } from '../../helpers/sites/site.ts';

/** A service worker of a page, and how a first and a second sign-up end under it. */
export interface ServiceWorker {
  readonly name: string;
  readonly code: string;
  readonly ends: readonly ('thanked' | 'not reached' | 'sent as a plain form')[];
}

const cacheFirst = (options: string) => `
  addEventListener('fetch', (event) => {
    if (event.request.method !== 'GET' || event.request.mode === 'navigate') return;
    event.respondWith(caches.open('all').then(async (cache) => {
      const kept = await cache.match(event.request, ${options});
      if (kept) return kept;
      const answer = await fetch(event.request);
      cache.put(event.request, answer.clone());
      return answer;
    }));
  });`;

export const workers: readonly ServiceWorker[] = [
  { name: 'its cache first', code: cacheFirst('{}'), ends: ['thanked', 'thanked'] },
  {
    // The challenge is the used one for ever.
    name: 'its cache first, whatever the query',
    code: cacheFirst('{ ignoreSearch: true }'),
    ends: ['thanked', 'sent as a plain form'],
  },
  {
    name: 'its cache, and the network for the next time',
    code: `
      addEventListener('fetch', (event) => {
        if (event.request.method !== 'GET') return;
        event.respondWith(caches.open('all').then(async (cache) => {
          const kept = await cache.match(event.request);
          const answer = fetch(event.request).then((fresh) => {
            cache.put(event.request, fresh.clone());
            return fresh;
          });
          return kept ?? answer;
        }));
      });`,
    ends: ['thanked', 'thanked'],
  },
  {
    name: 'a page for what it cannot send',
    code: `
      addEventListener('fetch', (event) => {
        if (event.request.method === 'POST')
          event.respondWith(new Response('<h1>Offline</h1>', { headers: { 'content-type': 'text/html' } }));
      });`,
    ends: ['not reached', 'not reached'],
  },
];

/** A page with the form and a service worker, which `register` starts. Gives its URL. */
export function serveWorked(
  { code }: ServiceWorker,
  { form, base }: { readonly form: string; readonly base: string },
) {
  return serveSite({
    '/': pageOf(`<rasa-signup src="${form}"></rasa-signup><script src="${base}/embed.js"></script>`),
    '/worker.js': `${code} addEventListener('activate', (event) => event.waitUntil(clients.claim()));`,
  });
}

/** Runs in the page: resolves when the worker answers its requests. */
export async function register(): Promise<void> {
  await navigator.serviceWorker.register('/worker.js');
  if (navigator.serviceWorker.controller) return;
  await new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve);
  });
}
