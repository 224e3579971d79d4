import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from './react.js';

export const render = (src) => renderToString(h(App, { src }));
