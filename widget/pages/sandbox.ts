/**
 * Keeps a sandbox page up to date: whenever the sandbox says that something changed, fetches the page again and puts
 * the new content into the regions marked `data-live`. A region with the focus in it is left alone, so that nothing
 * moves under somebody's fingers.
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
    // The sandbox is away; the event stream reconnects by itself, and opening it refreshes.
  } finally {
    fetching = false;
  }
}

function update(fresh: Document): void {
  for (const region of document.querySelectorAll('[data-live]')) {
    const content = fresh.getElementById(region.id);
    if (!content || content.innerHTML === region.innerHTML || region.contains(document.activeElement))
      continue;
    region.replaceChildren(...content.childNodes);
  }
}

const events = new EventSource('/sandbox/events');
events.onopen = events.onmessage = () => void refresh();

export {};
