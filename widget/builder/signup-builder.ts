import { html, LitElement, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import type { BuilderSetup } from '../../shared/builder.ts';
import type { FormDefinition } from '../../shared/form.ts';
import css from './builder.css?inline';
import type { Drawn } from './panes/controls.ts';
import { plainDesign } from './design.ts';
import { PreviewFrame } from './preview/preview-frame.ts';
import { fromFragment, toFragment } from './link.ts';
import { renderPreviewPane } from './panes/preview-pane.ts';
import { renderSettings } from './panes/settings.ts';
import { renderSnippetPane } from './panes/snippet-pane.ts';
import { writeSnippet } from './snippet/snippets.ts';
import { reduce, startWith, type Action, type BuilderState } from './state.ts';
import type { Heights } from './snippet/style-rules.ts';
import { firstView } from './view.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';
import type { Words } from './words/words.ts';

/** The marketer's page: preview, settings, snippet. Its only output is its own URL. */
export class SignupBuilder extends LitElement {
  static override readonly styles = unsafeCSS(css);

  static override readonly properties = {
    state: { state: true },
    definition: { state: true },
    heights: { state: true },
    said: { state: true },
    copied: { state: true },
  };

  declare private state: BuilderState;
  declare private definition: FormDefinition | undefined;
  declare private heights: Heights | undefined;
  /** The result of the last button press in the toolbar. */
  declare private said: string;
  declare private copied: string;

  readonly #words: Words = document.documentElement.lang === 'de' ? de : en;
  readonly #setup: BuilderSetup;
  readonly #frame = new PreviewFrame(this, (heights) => {
    this.heights = heights;
  });
  #asked = '';
  #linkTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.#setup = JSON.parse(this.dataset['setup'] ?? '') as BuilderSetup;
    const width = matchMedia('(width < 44rem)').matches ? 'phone' : 'desktop';
    this.state = startWith(plainDesign(this.#setup), { ...firstView, width });
    this.said = '';
    this.copied = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
    addEventListener('hashchange', this.#readLink);
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
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('state')) void this.#loadDefinition();
  }

  protected override render(): TemplateResult {
    const drawn: Drawn = { state: this.state, words: this.#words, dispatch: this.#dispatch };
    return html`${this.#renderBar()}
      <div class="desk">
        <div class="work">
          ${renderPreviewPane({ ...drawn, address: this.#setup.preview })}
          ${renderSettings({ ...drawn, setup: this.#setup, definition: this.definition })}
        </div>
        ${renderSnippetPane({
          ...drawn,
          snippet: this.#snippet,
          copied: this.copied,
          copy: () => void this.#copy(),
        })}
      </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('state') && !changed.has('definition')) return;
    const { design, view } = this.state;
    const { lang, article } = this.#words;
    const { moment, backdrop, css, width, kind } = view;
    const fallback = kind === 'script' ? undefined : this.definition;
    this.#frame.show({ is: 'show', design, lang, article, fallback, moment, backdrop, css }, width);
    clearTimeout(this.#linkTimer);
    this.#linkTimer = setTimeout(this.#writeLink, linkDelayMs);
  }

  #renderBar(): TemplateResult {
    const words = this.#words;
    const { past, future } = this.state;
    const button = (label: string, act: () => void, isIdle = false) =>
      html`<button type="button" class="plain" ?disabled=${isIdle} @click=${act}>${label}</button>`;
    return html`<div class="actions" role="group" aria-label="rasa-signup">
      ${button(
        words.undo,
        () => {
          this.#step('undo');
        },
        past.length === 0,
      )}
      ${button(
        words.redo,
        () => {
          this.#step('redo');
        },
        future.length === 0,
      )}
      ${button(words.reset, () => {
        this.#reset();
      })}
      ${button(words.share, () => void this.#share())}
      <span role="status" class="said">${this.said}</span>
    </div>`;
  }

  get #snippet(): string | undefined {
    const { design, view } = this.state;
    if (this.definition?.id !== design.form) return undefined;
    return writeSnippet({
      kind: view.kind,
      design,
      setup: this.#setup,
      definition: this.definition,
      heights: this.heights,
    });
  }

  readonly #dispatch = (action: Action): void => {
    this.state = reduce(this.state, action);
    this.said = '';
    this.copied = '';
  };

  #step(is: 'undo' | 'redo'): void {
    const { past, future } = this.state;
    if ((is === 'undo' ? past : future).length === 0) return;
    this.#dispatch({ is });
    this.said = is === 'undo' ? this.#words.undone : this.#words.redone;
  }

  #reset(): void {
    this.#dispatch({ is: 'reset', design: plainDesign(this.#setup) });
    this.said = this.#words.wasReset;
  }

  async #copy(): Promise<void> {
    this.copied = (await write(this.#snippet ?? '')) ? this.#words.copied : this.#words.notCopied;
  }

  async #share(): Promise<void> {
    this.#writeLink();
    this.said = (await write(location.href)) ? this.#words.shared : this.#words.notCopied;
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
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== 'z' && key !== 'y')) return;
    // In a text field the browser undoes the typing.
    if (isTextField(event.composedPath()[0])) return;
    event.preventDefault();
    this.#step(key === 'y' || event.shiftKey ? 'redo' : 'undo');
  };

  /** The last call wins. */
  async #loadDefinition(): Promise<void> {
    const { form, lang } = this.state.design;
    const asked = `${this.#setup.prefix}/forms/${encodeURIComponent(form)}?lang=${encodeURIComponent(lang || this.#words.lang)}`;
    if (this.#asked === asked) return;
    this.#asked = asked;
    this.definition = undefined;
    try {
      const response = await fetch(asked, { headers: { accept: 'application/json' } });
      const definition = (await response.json()) as FormDefinition;
      if (this.#asked === asked && response.ok) this.definition = definition;
    } catch {
      // The proxy is down; the next change tries again.
      if (this.#asked === asked) this.#asked = '';
    }
  }
}

/** Browsers limit how often a page may change its URL. */
const linkDelayMs = 300;

function isTextField(target: EventTarget | undefined): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && /^(?:text|number)$/.test(target.type);
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The clipboard is missing on pages over plain http, or access is denied.
    return false;
  }
}
