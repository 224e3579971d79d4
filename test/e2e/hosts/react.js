import { createElement as h, useState } from 'react';
import { hydrateRoot } from 'react-dom/client';

export function App({ src }) {
  const [clicks, setClicks] = useState(0);
  const [isShown, setShown] = useState(true);
  return h(
    'section',
    null,
    h('button', { onClick: () => setClicks(clicks + 1) }, `Clicked ${clicks}`),
    h('button', { onClick: () => setShown(!isShown) }, 'Toggle'),
    isShown &&
      h('rasa-signup', { src, layout: 'compact', class: `c${clicks}` }, h('a', { href: src }, 'Sign up')),
  );
}

export function hydrate(src) {
  hydrateRoot(document.querySelector('main'), h(App, { src }));
}
