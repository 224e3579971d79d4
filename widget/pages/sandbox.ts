/**
 * Keeps a sandbox page up to date. When the sandbox reports a change, it fetches the page again and puts the
 * new content into the regions marked `data-live`. A region that has the focus is left unchanged, so that
 * nothing moves while the user works in it; what was opened stays open.
 */
let fetching = false;
let isStale = false;

async function refresh(): Promise<void> {
  isStale = true;
  if (fetching) return;
  fetching = true;
  try {
    while (isStale) {
      isStale = false;
      const response = await fetch(location.href);
      if (response.ok) update(new DOMParser().parseFromString(await response.text(), 'text/html'));
    }
  } catch {
    // The sandbox is down. The event stream reconnects automatically, and its opening refreshes the page.
  } finally {
    fetching = false;
  }
}

function update(fresh: Document): void {
  for (const region of document.querySelectorAll('[data-live]')) {
    const content = fresh.getElementById(region.id);
    if (!content || region.contains(document.activeElement)) continue;
    for (const { id } of region.querySelectorAll('details[open][id]')) {
      content.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
    }
    if (content.innerHTML !== region.innerHTML) region.replaceChildren(...content.childNodes);
  }
}

for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) {
  button.hidden = false;
  button.onclick = () => {
    const text = document.getElementById(button.dataset['copy'] ?? '')?.textContent ?? '';
    void navigator.clipboard.writeText(text).then(() => (button.textContent = 'Copied'));
  };
}

const events = new EventSource('/sandbox/events');
events.onopen = events.onmessage = () => void refresh();

export {};
