import { html, LitElement, unsafeCSS, type TemplateResult } from 'lit';
import type { BuilderSetup } from '../../shared/builder.ts';
import css from './builder.css?inline';
import { copyText, hasSelection, isTextField, selectText } from './clipboard.ts';
import { plainDesign } from './design.ts';
import { fromFragment, toFragment } from './link.ts';
import { ContactCount } from './loading/contact-count.ts';
import { DefinitionLoader } from './loading/definition-loader.ts';
import type { Drawn } from './panes/controls.ts';
import { renderPreviewPane } from './panes/preview-pane.ts';
import { renderSettings } from './panes/settings.ts';
import { renderSaid, renderSnippetDock } from './panes/snippet-dock.ts';
import { renderTopBar } from './panes/top-bar.ts';
import type { Site } from './preview/frame-messages.ts';
import { PreviewFrame } from './preview/preview-frame.ts';
import { kindOf, writeSnippet } from './snippet/snippets.ts';
import type { Heights } from './snippet/style-rules.ts';
import { reduce, startWith, type Action, type BuilderState } from './state.ts';
import { firstView } from './view.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';
import { newsletterIn } from './words/newsletters.ts';
import type { Words } from './words/words.ts';

/** The marketer's workspace: preview, settings, snippet. Its only output is its own URL. */
export class SignupBuilder extends LitElement {
  static override readonly styles = unsafeCSS(css);

  static override readonly properties = {
    state: { state: true },
    heights: { state: true },
    said: { state: true },
    isCopied: { state: true },
    isCodeOpen: { state: true },
    site: { state: true },
    isSiteOpen: { state: true },
    isSlow: { state: true },
    tab: { state: true },
  };

  declare private state: BuilderState;
  declare private heights: Heights | undefined;
  declare private said: string;
  declare private isCopied: boolean;
  declare private isCodeOpen: boolean;
  /** The marketer's own page. It is too large for a link. */
  declare private site: Site;
  declare private isSiteOpen: boolean;
  declare private isSlow: boolean;
  declare private tab: 'design' | 'preview';

  readonly #words: Words = document.documentElement.lang === 'de' ? de : en;
  readonly #setup: BuilderSetup;
  readonly #definitions: DefinitionLoader;
  readonly #count: ContactCount;
  readonly #frame = new PreviewFrame(this, {
    onHeights: (heights) => {
      this.heights = heights;
    },
    onPlaced: () => {
      clearTimeout(this.#slowTimer);
      this.isSlow = false;
    },
  });
  /** What the preview was made of. */
  #shown: readonly unknown[] = [];
  #linkTimer: ReturnType<typeof setTimeout> | undefined;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.#setup = JSON.parse(this.dataset['setup'] ?? '') as BuilderSetup;
    this.#definitions = new DefinitionLoader(this, this.#setup.prefix);
    this.#count = new ContactCount(this, this.#setup);
    const width = matchMedia('(width < 1024px)').matches ? 'phone' : 'desktop';
    this.state = startWith(plainDesign(this.#setup), { ...firstView, width });
    this.said = '';
    this.isCopied = false;
    this.isCodeOpen = false;
    this.site = {};
    this.isSiteOpen = true;
    this.isSlow = false;
    this.tab = 'design';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
    addEventListener('hashchange', this.#readLink);
    this.#slowTimer = setTimeout(() => {
      this.isSlow = true;
    }, slowMs);
    if (location.hash.length > 1) {
      this.#readLink();
      // The design that came with the page is the starting point, not a step to undo.
      this.state = startWith(this.state.design, this.state.view);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
    removeEventListener('hashchange', this.#readLink);
    clearTimeout(this.#linkTimer);
    clearTimeout(this.#slowTimer);
  }

  protected override willUpdate(): void {
    const { form, lang } = this.state.design;
    void this.#definitions.load(form, lang || this.#words.lang);
  }

  protected override render(): TemplateResult {
    const drawn: Drawn = { state: this.state, words: this.#words, dispatch: this.#dispatch };
    const setup = this.#setup;
    return html`<div class="room shows-${this.tab}">
      ${renderTopBar({
        ...drawn,
        setup,
        contacts: this.#count.contacts,
        step: (is) => {
          this.#step(is);
        },
        reset: () => {
          this.#dispatch({ is: 'reset', design: plainDesign(setup) });
          this.said = this.#words.wasReset;
        },
        share: () => void this.#share(),
      })}
      <div class="tabs" role="group">${this.#renderTab('design')}${this.#renderTab('preview')}</div>
      ${renderPreviewPane({
        ...drawn,
        address: setup.preview,
        site: this.site,
        isSiteOpen: this.isSiteOpen,
        isSlow: this.isSlow,
        changeSite: ({ site = this.site, isOpen = this.isSiteOpen }) => {
          this.site = site;
          this.isSiteOpen = isOpen;
          if (site.picture) this.#dispatch({ is: 'looked', view: { backdrop: 'site' } });
        },
      })}
      ${renderSettings({ ...drawn, setup, definition: this.#definition })}
      ${renderSnippetDock({
        ...drawn,
        setup,
        snippet: this.#snippet,
        isMeasured: this.heights !== undefined || this.isSlow,
        isCopied: this.isCopied,
        isOpen: this.isCodeOpen,
        copy: () => void this.#copy(),
        toggle: () => {
          this.isCodeOpen = !this.isCodeOpen;
        },
      })}
      ${renderSaid({ ...drawn, setup }, { said: this.said, isCopied: this.isCopied })}
    </div>`;
  }

  protected override updated(): void {
    const { design, view } = this.state;
    const { lang, page } = newsletterIn(design.lang, this.#words.lang);
    const { moment, backdrop, css, width, kind } = view;
    const { site } = this;
    const fallback = kindOf(design, kind) === 'script' ? undefined : this.#definition;
    const shown = [design, view, site, fallback];
    if (shown.every((part, index) => part === this.#shown[index])) return;
    this.#shown = shown;
    this.#frame.show({ is: 'show', design, lang, page, fallback, moment, backdrop, css, site }, width);
    clearTimeout(this.#linkTimer);
    this.#linkTimer = setTimeout(this.#writeLink, linkDelayMs);
  }

  #renderTab(tab: 'design' | 'preview'): TemplateResult {
    return html`<button
      type="button"
      aria-pressed=${this.tab === tab ? 'true' : 'false'}
      @click=${() => {
        this.tab = tab;
      }}
    >
      ${this.#words[tab]}
    </button>`;
  }

  get #definition(): ReturnType<DefinitionLoader['of']> {
    return this.#definitions.of(this.state.design.form);
  }

  get #snippet(): string | undefined {
    const { design, view } = this.state;
    const definition = this.#definition;
    const { heights } = this;
    return (
      definition &&
      writeSnippet({ kind: kindOf(design, view.kind), design, setup: this.#setup, definition, heights })
    );
  }

  readonly #dispatch = (action: Action): void => {
    this.state = reduce(this.state, action);
    this.said = '';
    this.isCopied = false;
  };

  #step(is: 'undo' | 'redo'): void {
    const { past, future } = this.state;
    if ((is === 'undo' ? past : future).length === 0) return;
    this.#dispatch({ is });
    this.said = is === 'undo' ? this.#words.undone : this.#words.redone;
  }

  async #copy(): Promise<void> {
    const snippet = this.#snippet;
    if (snippet === undefined) return;
    this.said = '';
    this.isCopied = await copyText(snippet);
    this.said = this.isCopied ? this.#words.copied : this.#words.notCopied;
    if (this.isCopied) return;
    this.isCodeOpen = true;
    await this.updateComplete;
    selectText(this.renderRoot.querySelector('pre code'));
  }

  async #share(): Promise<void> {
    this.#writeLink();
    this.isCopied = false;
    this.said = (await copyText(location.href)) ? this.#words.shared : this.#words.notShared;
  }

  readonly #writeLink = (): void => {
    clearTimeout(this.#linkTimer);
    const fragment = toFragment(this.state.design, this.state.view, this.#setup);
    history.replaceState(null, '', fragment ? `#${fragment}` : location.pathname + location.search);
  };

  readonly #readLink = (): void => {
    const { design, view, isWhole } = fromFragment(location.hash, this.#setup, this.state.view);
    this.#dispatch({ is: 'loaded', design, view });
    if (!isWhole) this.said = this.#words.notWhole;
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !['z', 'y', 'c'].includes(key)) return;
    // In a text field the browser undoes the typing, and copies what is selected.
    if (isTextField(event.composedPath()[0])) return;
    if (key === 'c') {
      if (event.shiftKey || hasSelection()) return;
      void this.#copy();
    } else this.#step(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    event.preventDefault();
  };
}

/** Browsers limit how often a page may change its URL. */
const linkDelayMs = 300;
/** A form that comes sooner needs no explanation. */
const slowMs = 1000;
