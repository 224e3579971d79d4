import { refreshLiveRegions } from './live-regions.ts';

/** Keeps a sandbox page up to date: when the sandbox reports a change, it fetches the page again. */
let fetching = false;
let isStale = false;

async function refresh(): Promise<void> {
  isStale = true;
  if (fetching) return;
  fetching = true;
  try {
    while (isStale) {
      isStale = false;
      await refreshLiveRegions();
    }
  } catch {
    // The sandbox is down. The event stream reconnects automatically, and its opening refreshes the page.
  } finally {
    fetching = false;
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
