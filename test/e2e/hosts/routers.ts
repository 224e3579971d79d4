import { readFile } from 'node:fs/promises';

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

export async function scriptOf({ script }: Router): Promise<string> {
  return script === undefined ? '' : readFile(`node_modules/${script}`, 'utf8');
}
