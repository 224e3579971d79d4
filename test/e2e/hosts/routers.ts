import { readFile } from 'node:fs/promises';
import { pageOf, serveSite, stubbedProxy } from '../../helpers/sites/site.ts';

/** A way in which sites replace the content of a page without loading another one. */
export interface Router {
  readonly name: string;
  /** Its script, if it is in a package. */
  readonly script?: string;
  /** What starts it, in a script of the page. It may define `visit(path)`, which links then call. */
  readonly start: string;
  /** Attributes of `<body>` and of the container of what is replaced. */
  readonly body?: string;
  /** It runs no scripts in what it swaps in. Such a site has ours on its first page already. */
  readonly runsNone?: true;
  readonly container?: string;
}

/** Fetches a page, parses it apart, so that its scripts do not run, and calls `swap(next)`. */
const visit = (swap: string) => `
  const swap = ${swap};
  const show = async (path) => {
    const html = await (await fetch(path)).text();
    await swap(new DOMParser().parseFromString(html, 'text/html'), html);
  };
  window.visit = (path) => { history.pushState({}, '', path); void show(path); };
  addEventListener('popstate', () => void show(location.pathname));`;

export const routers: readonly Router[] = [
  { name: 'Turbo', script: '@hotwired/turbo/dist/turbo.es2017-umd.js', start: '' },
  { name: 'htmx', script: 'htmx.org/dist/htmx.js', start: '', body: 'hx-boost="true"' },
  {
    name: 'barba',
    script: '@barba/core/dist/barba.umd.js',
    start: 'barba.init();',
    body: 'data-barba="wrapper"',
    container: 'data-barba="container" data-barba-namespace="page"',
    runsNone: true,
  },
  {
    name: 'swup',
    script: 'swup/dist/Swup.umd.js',
    start: 'new Swup({ animationSelector: false });',
    container: 'id="swup"',
    runsNone: true,
  },
  {
    // As its router does, with scripts: it runs those that the page before did not have.
    name: 'Astro’s ClientRouter',
    start: visit(`(next) => {
      const had = [...document.scripts].map(({ src }) => src);
      document.body.replaceWith(next.body);
      for (const old of [...document.body.querySelectorAll('script')]) {
        if (had.includes(old.src)) continue;
        const script = document.createElement('script');
        for (const { name, value } of old.attributes) script.setAttribute(name, value);
        script.textContent = old.textContent;
        old.replaceWith(script);
      }
    }`),
  },
  {
    name: 'Next, by markup in a root',
    runsNone: true,
    start: visit(`(next) => {
      document.querySelector('main').innerHTML = next.querySelector('main').innerHTML;
    }`),
  },
  {
    name: 'a view transition',
    runsNone: true,
    start: visit(`(next) => document.startViewTransition(() => {
      document.body.replaceWith(document.adoptNode(next.body));
    }).updateCallbackDone`),
  },
];

/**
 * A site of three pages with this router: the first without the form, and `One` and `Two` with the snippet
 * that `snippetOf` makes for the proxy's URL. Resolves with its origin.
 */
export async function serveRouted(router: Router, snippetOf: (base: string) => string): Promise<string> {
  const { base } = await stubbedProxy('trusting');
  const { start, body = '', container = '' } = router;
  const head = `<script src="/router.js"></script>`;
  const links = ['One', 'Two'].map((title) => `<a href="/${title}">${title}</a>`).join(' ');
  const pageWith = (title: string, snippet: string) =>
    pageOf(
      `<nav>${links}</nav><main ${container}><h1>${title}</h1>${snippet}</main><script src="/start.js"></script>`,
      head,
    ).replace('<body>', `<body ${body}>`);
  return serveSite({
    '/': pageWith('Zero', router.runsNone ? `<script async src="${base}/embed.js"></script>` : ''),
    '/One': pageWith('One', snippetOf(base)),
    '/Two': pageWith('Two', snippetOf(base)),
    '/router.js': await scriptOf(router),
    '/start.js': `if (!window.isStarted) {
      window.isStarted = true;
      ${start}
      document.addEventListener('click', (event) => {
        const link = event.target.closest('a');
        if (!link || !window.visit) return;
        event.preventDefault();
        window.visit(link.getAttribute('href'));
      });
    }`,
  });
}

async function scriptOf({ script }: Router): Promise<string> {
  return script === undefined ? '' : readFile(`node_modules/${script}`, 'utf8');
}
