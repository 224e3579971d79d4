import { refreshLiveRegions } from './live-regions.ts';

/** Keeps the operator page up to date while somebody looks at it. */
const everyMs = 10_000;
const live = document.querySelector<HTMLElement>('.live');

show(true);
setInterval(() => {
  if (document.visibilityState !== 'visible') return;
  refreshLiveRegions().then(show, () => {
    show(false);
  });
}, everyMs);

// On a phone the page begins with what matters; everything else is one tap away.
if (matchMedia('(width < 640px)').matches) {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details[data-folds]')) {
    details.open = false;
  }
}

for (const menu of document.querySelectorAll<HTMLDetailsElement>('.menu')) {
  menu.addEventListener('click', (event) => {
    if (event.target instanceof HTMLAnchorElement) menu.open = false;
  });
}

// A link to a part opens it.
addEventListener('hashchange', () => {
  const part = document.getElementById(location.hash.slice(1));
  if (part instanceof HTMLDetailsElement) part.open = true;
});

/** Without an answer the time of the last look stands on the page. */
function show(isAnswered: boolean): void {
  if (!live) return;
  live.hidden = false;
  live.textContent = isAnswered ? 'Live' : 'No answer';
  live.classList.toggle('lost', !isAnswered);
}
