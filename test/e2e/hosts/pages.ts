import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compile } from 'tailwindcss';

/** A typical page of a site, with a place for the form, and its own controls for comparison. */
export interface HostPage {
  readonly name: string;
  readonly title: string;
  /** The page's style rules for the form, as a marketer would write them. Shown beside the screenshot. */
  readonly settings: string;
  readonly css: () => Promise<string>;
  readonly lang?: string;
  readonly dir?: 'rtl';
  readonly classes?: Classes;
  /** The page's texts, if English would be wrong. */
  readonly words?: Words;
}

type Classes = Partial<
  Record<
    'body' | 'header' | 'main' | 'title' | 'text' | 'own' | 'input' | 'button' | 'box' | 'heading',
    string
  >
>;

interface Words {
  readonly site: string;
  readonly title: string;
  readonly text: string;
  readonly search: string;
  readonly newsletter: string;
}

const fromPackage = (path: string) => readFile(createRequire(import.meta.url).resolve(path), 'utf8');

const column = 'main { max-width: 40em; margin: 0 auto; padding: 1em } header { padding: 1em }';

const tailwindClasses: Classes = {
  body: 'text-slate-800',
  header: 'p-4 bg-slate-100 font-bold',
  main: 'mx-auto max-w-2xl p-4',
  title: 'mb-2 text-3xl font-semibold',
  text: 'text-lg',
  own: 'my-4 flex gap-2',
  input: 'rounded-lg border border-slate-500 px-3 py-2',
  button: 'rounded-lg bg-indigo-600 px-4 text-white',
  box: 'rounded-lg bg-slate-50 p-4',
  heading: 'mb-3 text-xl font-semibold',
};

/** What sites are built with. The last entries are not libraries but common habits. */
export const hostPages: readonly HostPage[] = [
  {
    name: 'bootstrap',
    title: 'Bootstrap 5',
    settings: `rasa-signup {
  --rasa-signup-accent: var(--bs-primary);
  --rasa-signup-radius: var(--bs-border-radius);
  --rasa-signup-border-color: #6c757d;
}`,
    css: () => fromPackage('bootstrap/dist/css/bootstrap.min.css'),
    classes: {
      header: 'navbar bg-body-tertiary px-3',
      main: 'container py-4',
      text: 'lead',
      own: 'd-flex gap-2 mb-4',
      input: 'form-control',
      button: 'btn btn-primary',
      box: 'card card-body',
    },
  },
  {
    name: 'tailwind',
    title: 'Tailwind 4, preflight and all',
    settings: `rasa-signup {
  --rasa-signup-accent: var(--color-indigo-600);
  --rasa-signup-border-color: var(--color-slate-500);
  --rasa-signup-radius: 0.5rem;
}`,
    css: async () => {
      const tailwind = await compile(await fromPackage('tailwindcss/index.css'));
      return tailwind.build(Object.values(tailwindClasses).join(' ').split(' '));
    },
    classes: tailwindClasses,
  },
  {
    name: 'wordpress',
    title: 'Underscores, from which WordPress themes are made',
    settings: `rasa-signup {
  --rasa-signup-accent: royalblue;
  --rasa-signup-radius: 3px;
}`,
    css: async () => `${await fromPackage('undescores-for-npm/style.css')}\n${column}`,
    classes: { header: 'site-header', main: 'site-main hentry', text: 'entry-content', box: 'widget' },
  },
  {
    name: 'normalize',
    title: 'normalize.css, and a serif',
    settings: `rasa-signup {
  --rasa-signup-accent: #7a1f2b;
  --rasa-signup-radius: 0;
  --rasa-signup-gap: 0.8em;
}`,
    css: async () =>
      `${await fromPackage('normalize.css/normalize.css')}\n${column}
      html { font: 18px/1.6 Georgia, 'DejaVu Serif', serif; color: #222; background: #fffdf7 }`,
  },
  {
    name: 'reset',
    title: 'A reset that leaves nothing: * { all: unset !important }',
    settings: '',
    css: () =>
      Promise.resolve(`*, *::before, *::after { all: unset !important }
        head, style, script, title { display: none !important }
        header, main, h1, h2, p, form, section { display: block !important; margin: 12px !important }
        body { display: block !important; font: 16px/1.4 sans-serif !important; color: #333 !important }`),
  },
  {
    name: 'rem-10px',
    title: 'One rem is 10 px',
    settings: `rasa-signup {
  --rasa-signup-accent: #00695c;
  --rasa-signup-radius: 2rem;
}`,
    css: () =>
      Promise.resolve(`html { font-size: 62.5% } body { font: 1.8rem/1.5 sans-serif; margin: 0 } ${column}
        h1 { font-size: 3.2rem } input, button { font-size: 1.8rem }`),
  },
  {
    name: 'dark',
    title: 'Dark, and says so: color-scheme: dark',
    settings: `html { color-scheme: dark }`,
    css: () =>
      Promise.resolve(
        `body { font: 17px/1.5 sans-serif; margin: 0; background: #15181c; color: #e6e6e6 } ${column}`,
      ),
  },
  {
    name: 'footer',
    title:
      'A dark footer on a light page: centred, in spaced capitals, on one line, its text moved away for a logo',
    settings: `rasa-signup {
  color-scheme: dark;
  text-align: start;
}`,
    css: () =>
      Promise.resolve(
        `body { font: 17px/1.5 sans-serif; margin: 0; color: #222 } ${column}
        section { padding: 1em; background: #23272e; color: #f2f2f2; text-align: center; text-transform: uppercase;
          letter-spacing: 0.06em; white-space: nowrap; text-indent: -99em; font-size: 15px }
        h2 { text-indent: 0 }`,
      ),
  },
  {
    name: 'rtl',
    title: 'Arabic, from right to left',
    settings: `rasa-signup {
  --rasa-signup-accent: #8a4b00;
}`,
    css: () => Promise.resolve(`body { font: 18px/1.6 sans-serif; margin: 0; color: #222 } ${column}`),
    lang: 'ar',
    dir: 'rtl',
    words: {
      site: 'صحيفة المدينة',
      title: 'أخبار هذا الأسبوع',
      text: 'يجتمع مجلس المدينة يوم الخميس. هذا ما سيقرره، وهذا ما يعنيه لكم.',
      search: 'بحث',
      newsletter: 'النشرة البريدية',
    },
  },
];

const english: Words = {
  site: 'The City Paper',
  title: 'What the city decided this week',
  text: 'The council met on Thursday. Here is what it decided, what it put off, and what that means for you.',
  search: 'Search',
  newsletter: 'Our newsletter',
};

/** The page without the script. Its form is in a box, after the site's own form. */
export async function renderHost(host: HostPage, src: string): Promise<string> {
  const { lang = 'en', dir = 'ltr', classes = {}, words = english } = host;
  const classOf = (name: keyof Classes) => (classes[name] === undefined ? '' : ` class="${classes[name]}"`);
  return `<!doctype html>
<html lang="${lang}" dir="${dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${host.title}</title>
<style>${await host.css()}\n${host.settings}</style></head>
<body${classOf('body')}>
<header${classOf('header')}>${words.site}</header>
<main${classOf('main')}>
<h1${classOf('title')}>${words.title}</h1>
<p${classOf('text')}>${words.text}</p>
<form${classOf('own')}><input${classOf('input')} name="q" aria-label="${words.search}"><button type="button"${classOf('button')}>${words.search}</button></form>
<section${classOf('box')}>
<h2${classOf('heading')}>${words.newsletter}</h2>
<rasa-signup src="${src}"></rasa-signup>
</section>
</main>
</body></html>`;
}
