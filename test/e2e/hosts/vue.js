import { createSSRApp, h, ref } from 'vue';

export const createApp = (src) =>
  createSSRApp({
    setup() {
      const clicks = ref(0);
      const isShown = ref(true);
      return () =>
        h('section', [
          h('button', { onClick: () => clicks.value++ }, `Clicked ${clicks.value}`),
          h('button', { onClick: () => (isShown.value = !isShown.value) }, 'Toggle'),
          isShown.value
            ? h('rasa-signup', { src, layout: 'compact', class: `c${clicks.value}` }, [
                h('a', { href: src }, 'Sign up'),
              ])
            : null,
        ]);
    },
  });

export function hydrate(src) {
  createApp(src).mount('main');
}
