import { html, renderPage, sandboxBanner } from './page.ts';

export interface Home {
  /** Where visitors' browsers reach this proxy, as the request came in. */
  readonly publicUrl: string;
  /** Where the sandbox shows its contacts; `undefined` where sign-ups go to rasa.io. */
  readonly sandbox: string | undefined;
}

/** The page at `/`: the form as it looks on a page, and the snippet that puts it on one's own. */
export function renderHome({ publicUrl, sandbox }: Home): string {
  const snippet = `<script async src="${publicUrl}/embed.js" data-form="newsletter"></script>`;
  return renderPage({
    title: 'Your sign-up form',
    lang: 'en',
    scripts: ['/pages/home.js'],
    header: html`<header class="bar">
      <nav aria-label="rasa-signup">
        <strong>rasa-signup</strong>
        <a href="/" aria-current="page">Your form</a>
        <a href="/forms/newsletter">Hosted page</a>
        ${sandbox === undefined ? '' : html`<a href=${sandbox}>Sandbox contacts</a>`}
      </nav>
    </header>`,
    main: html`
      <h1>Your sign-up form</h1>
      ${sandboxBanner(sandbox)}
      <h2 id="preview">What your visitors see</h2>
      <section class="stage" aria-labelledby="preview">
        <article>
          <p class="quiet">The Harbour Letter</p>
          <h3>What the tide brings in</h3>
          <p>
            Every Thursday: three stories from the waterfront, one recipe that survives a small galley, and
            the weather as the people see it who sail in it.
          </p>
        </article>
        <div class="card"><script async src="/embed.js" data-form="newsletter"></script></div>
      </section>
      <h2 id="snippet">Put it on your page</h2>
      <p>
        Paste this where the form should stand. It works on any page whose address is on the proxy’s list.
      </p>
      <div class="snippet">
        <pre tabindex="0" aria-labelledby="snippet"><code>${snippet}</code></pre>
        <button type="button" class="plain" data-copy=${snippet} hidden>Copy</button>
        <span role="status" class="quiet"></span>
      </div>
      <h2>See who signed up</h2>
      ${
        sandbox === undefined
          ? html`<p>Sign-ups become contacts in your rasa.io account, usually within a second.</p>`
          : html`<p>
              Sign up above, then look at <a href=${sandbox}>the sandbox’s contacts</a>: they appear as they
              arrive.
            </p>`
      }
    `,
  });
}
