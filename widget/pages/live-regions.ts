/**
 * Puts the new content of a page into the regions marked `data-live`. A region that has the focus is left
 * unchanged, so that nothing moves while somebody works in it; what was opened stays open.
 */
export async function refreshLiveRegions(): Promise<void> {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const region of document.querySelectorAll('[data-live]')) {
    const content = fresh.getElementById(region.id);
    if (!content || region.contains(document.activeElement)) continue;
    for (const { id } of region.querySelectorAll('details[open][id]')) {
      content.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
    }
    if (content.innerHTML !== region.innerHTML) region.replaceChildren(...content.childNodes);
  }
}
