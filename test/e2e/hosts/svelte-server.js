import { render as renderApp } from 'svelte/server';
import App from './svelte.svelte';

export const render = async (src) => (await renderApp(App, { props: { src } })).body;
