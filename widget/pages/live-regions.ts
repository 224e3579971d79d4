/**
 * Puts the new content of a page into the regions marked `data-live`. What was opened or closed stays so, and
 * the focus stays where it was. A region is left unchanged while somebody writes in it, or where what had the
 * focus is gone. Resolves with what came: this page, another one, such as a log-in, or a failure.
 */
export async function refreshLiveRegions(): Promise<'this page' | 'another page' | 'a failure'> {
  const response = await fetch(location.href);
  if (!response.ok) return 'a failure';
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const regions = [...document.querySelectorAll('[data-live]')];
  if (!regions.every(({ id }) => fresh.getElementById(id))) return 'another page';
  document.title = fresh.title;
  for (const region of regions) {
    const content = fresh.getElementById(region.id);
    if (content) replace(region, content);
  }
  return 'this page';
}

const focusable = 'a[href], button, summary, input:not([type="hidden"]), select, textarea';

function replace(region: Element, content: Element): void {
  for (const { id, open } of region.querySelectorAll<HTMLDetailsElement>('details[id]')) {
    content.querySelector(`#${CSS.escape(id)}`)?.toggleAttribute('open', open);
  }
  if (content.innerHTML === region.innerHTML) return;
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  if (active?.matches('input, select, textarea')) return;
  const place = [...region.querySelectorAll(focusable)].findIndex((element) => element === active);
  const next = content.querySelectorAll<HTMLElement>(focusable)[place];
  if (active && next?.outerHTML !== active.outerHTML) return;
  const { scrollX: left, scrollY: top } = window;
  region.replaceChildren(...content.childNodes);
  window.scrollTo({ left, top, behavior: 'instant' });
  next?.focus({ preventScroll: true });
}
