import { explain } from './client.ts';
import { RasaSignup } from './form/rasa-signup.ts';

/**
 * Marks a script tag whose form has been placed. All copies of this script share the mark, and the page may
 * have moved the form since.
 */
const placed = Symbol.for('rasa-signup');

type Tag = HTMLScriptElement & { [placed]?: 1 };

/** The options of a form that a script tag can set. */
const passedOn = ['lang', 'layout', 'display', 'open-on', 'again-after', 'debug'] as const;

/** Unknown to a module. */
const tag = document.currentScript as Tag | null;

/** The URL of this script, without its query. */
const own = tag?.src.replace(/[?#].*/, '');

/**
 * The entry of the script tag. It registers the element once, however often the script is loaded, and places
 * a form for each `<script src="…/embed.js" data-form="newsletter">`, regardless of how that script was
 * loaded and of which copy runs. Tag managers that drop `data-` attributes keep `embed.js?form=newsletter`.
 */
if (tag && own) {
  RasaSignup.script = own;
  // A tag that has placed no form shows nothing. The part is beside the script, two levels above a form.
  void explain(tag, `${own}/form`);
}
const isFirst = !customElements.get('rasa-signup');
if (isFirst) customElements.define('rasa-signup', RasaSignup);

// In the order of the page, so that of two copies the second finds the form of the first, however late.
placeAll();
// A loader may have removed the tag by now, and a page may have replaced what finds it.
if (tag && own) place(tag);
// A script runs only once, or not at all, if a router swaps the content of the page. Last, because only this
// needs a built-in that a page may have removed.
if (isFirst) new MutationObserver(placeAll).observe(document, { childList: true, subtree: true });

function placeAll(): void {
  root().querySelectorAll<Tag>('script[data-form],script[src*="form="]').forEach(place);
}

/** Not the document itself: a picture called `body` hides its `body`, and pages replace its methods. */
function root(): Element {
  return document.documentElement;
}

function place(script: Tag): void {
  // Of any base: the address itself may be none.
  const query = new webkitURL(/\?[^#]*|$/.exec(script.src)?.[0] ?? '', 'http://a').searchParams;
  const option = (name: string) => script.getAttribute(`data-${name}`) ?? query.get(name);
  const src = addressOf(script, option('form'));
  if (!src || script[placed]) return;
  // In the head nothing is shown, and a loader may have removed the tag.
  const into = option('into');
  const parent = into
    ? document.getElementById(into)
    : script.closest('body')
      ? undefined
      : root().querySelector('body');
  // The place is still to come.
  if (parent === null) return;
  script[placed] = 1;
  // The tag may have kept room for the form.
  const { minHeight } = script.style;
  script.style.cssText = '';
  // A copy of this tag, a copy of the page that includes the form, or a snippet that was pasted twice.
  for (const near of parent?.children ?? [script.previousElementSibling, script.nextElementSibling]) {
    if (near?.localName === 'rasa-signup' && near.getAttribute('src') === src) return;
  }
  const element = document.createElement('rasa-signup');
  element.style.minHeight = minHeight;
  element.setAttribute('src', src);
  for (const name of passedOn) {
    const value = option(name);
    if (value !== null) element.setAttribute(name, value);
  }
  if (parent) parent.append(element);
  else script.after(element);
}

/**
 * The URL of the form that a script tag is for. `form` is either a name, at the proxy that serves the script,
 * or a whole URL, for sites that serve a copy of the script from elsewhere. Returns `undefined` for a tag
 * that a consent tool or an optimiser holds back, and for a script of another product that has a `form` in
 * its query.
 */
function addressOf({ src, type, dataset }: HTMLScriptElement, form: string | null): string | undefined {
  if (!form || !/^(|module|\w+\/(x-)?(java|ecma)script)$/i.test(type)) return undefined;
  if (!dataset['form'] && own && !src.startsWith(own)) return undefined;
  if (/^https?:.+\/forms\/./.test(form)) return form;
  const [, proxy] = /^(https?:\/\/[\w.:-]+\/([^?#]*\/)?)embed(\.[0-9a-f]{16})?\.js([?#]|$)/.exec(src) ?? [];
  return proxy && `${proxy}forms/${encodeURIComponent(form)}`;
}
