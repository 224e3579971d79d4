import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildVanilla, type Peers } from './peers.ts';

/** A measured page: a page of a site with one of the scripts on it. */
export interface Subject {
  readonly name: string;
  /** URL of the page. */
  readonly url: string;
  /** The end of the script's URL. */
  readonly script: string;
  /**
   * The element that the script makes, and the element inside it (in its shadow root or its frame's document)
   * that is clicked.
   */
  readonly host: string;
  readonly target: string;
  /**
   * The element alone, for adding it to a page and removing it. Undefined for a script that only places
   * itself.
   */
  readonly element?: string;
}

/** Serves the pages on their own origin, in front of a proxy. Also returns how to stop the server. */
export async function servePages(proxy: string, peers: Peers | undefined): Promise<Pages> {
  const files = new Map<string, Buffer | string>();
  const server = createServer(({ url = '' }, response) => {
    const body = files.get(url);
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const form = `${proxy}/forms/newsletter`;

  files.set('/vanilla.js', await readFile(await buildVanilla()));
  if (peers) {
    files.set('/ghost.js', await readFile(peers.ghost));
    files.set('/altcha.js', await readFile(peers.altcha));
  }
  const submit = 'button[type=submit]';
  const own = { script: '/embed.js', host: 'rasa-signup', target: submit };
  const element = `<rasa-signup src="${form}"></rasa-signup>`;
  const vanilla = `<vanilla-signup src="${form}"></vanilla-signup>`;
  const altcha = `<altcha-widget challenge="${form}/challenge"></altcha-widget>`;
  const subjects: Subject[] = [
    { name: 'the element', url: '/element', ...own, element },
    { name: 'the element, in a place of its height', url: '/reserved', ...own },
    { name: 'the script tag', url: '/script-tag', ...own },
    {
      name: 'without a framework',
      url: '/vanilla',
      script: '/vanilla.js',
      host: 'vanilla-signup',
      target: submit,
      element: vanilla,
    },
  ];
  const script = `<script async src="${proxy}/embed.js"></script>`;
  files.set('/element', page(`${element}${script}`));
  const height = '<style>rasa-signup { display: block; min-block-size: 21em; }</style>';
  files.set('/reserved', page(`${height}${element}${script}`));
  files.set('/script-tag', page(`<script async src="${proxy}/embed.js" data-form="newsletter"></script>`));
  files.set('/vanilla', page(`${vanilla}<script async src="/vanilla.js"></script>`));
  if (peers) {
    subjects.push(
      { name: '@tryghost/signup-form', url: '/ghost', script: '/ghost.js', host: 'iframe', target: submit },
      {
        name: 'altcha',
        url: '/altcha',
        script: '/altcha.js',
        host: 'altcha-widget',
        target: 'label',
        element: altcha,
      },
    );
    files.set('/ghost', page(`<script async src="/ghost.js" data-site="${origin}"></script>`));
    files.set('/altcha', page(`<form>${altcha}</form><script async src="/altcha.js"></script>`));
  }
  return {
    subjects: subjects.map((subject) => ({ ...subject, url: `${origin}${subject.url}` })),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface Pages {
  readonly subjects: readonly Subject[];
  readonly close: () => void;
}

/** Text above and below the form, so that layout shifts can occur. */
function page(body: string): string {
  const text = `<p>${'Three stories from the waterfront, and one recipe that survives a small galley. '.repeat(6)}</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<body><h1>The Harbour Letter</h1>${text}<div>${body}</div>${text.repeat(4)}</body></html>`;
}
