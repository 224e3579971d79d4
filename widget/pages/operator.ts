import { refreshLiveRegions } from './live-regions.ts';

/** Keeps the operator page up to date while somebody looks at it. */
const everyMs = 10_000;
const live = document.querySelector<HTMLElement>('.live');

show(true);
setInterval(() => {
  if (document.visibilityState !== 'visible') return;
  refreshLiveRegions().then(
    (came) => {
      // The session has ended: figures of before would stand there as if they were of now.
      if (came === 'another page') location.reload();
      else show(came === 'this page');
    },
    () => {
      show(false);
    },
  );
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

// A question is closed where it stands; without scripts the page is read again.
document.addEventListener('click', (event) => {
  const keep = event.target instanceof Element ? event.target.closest('a.keep') : null;
  const question = keep?.closest('details');
  if (!question) return;
  event.preventDefault();
  question.open = false;
  question.querySelector('summary')?.focus();
});

// A link to a part opens it.
addEventListener('hashchange', () => {
  const part = document.getElementById(location.hash.slice(1))?.closest<HTMLDetailsElement>('details');
  if (part) part.open = true;
  mark();
});

const links = [...document.querySelectorAll<HTMLAnchorElement>('.top nav a')];
let isMarked = false;
addEventListener(
  'scroll',
  () => {
    if (isMarked) return;
    isMarked = true;
    requestAnimationFrame(mark);
  },
  { passive: true },
);
mark();

/** Marks the part that a link led to while it is seen, or else the one in the upper third. */
function mark(): void {
  isMarked = false;
  const topOf = (hash: string) =>
    document.getElementById(hash.slice(1))?.getBoundingClientRect().top ?? Infinity;
  const hashes = links.map(({ hash }) => hash);
  const asked = topOf(location.hash);
  let current = hashes[0];
  for (const hash of hashes) {
    const top = topOf(hash);
    if (top <= innerHeight / 3 && top > topOf(current ?? '')) current = hash;
  }
  if (hashes.includes(location.hash) && asked >= 0 && asked < innerHeight) current = location.hash;
  for (const link of links) {
    if (link.hash === current) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

/** Without an answer the time of the last look stands on the page. */
function show(isAnswered: boolean): void {
  if (!live) return;
  live.hidden = false;
  live.textContent = isAnswered ? 'Live' : 'No answer';
  live.classList.toggle('lost', !isAnswered);
}
