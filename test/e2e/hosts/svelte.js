import { hydrate as hydrateApp } from 'svelte';
import App from './svelte.svelte';

export function hydrate(src) {
  hydrateApp(App, { target: document.querySelector('main'), props: { src } });
}
