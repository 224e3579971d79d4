import type { LitElement, ReactiveController } from 'lit';
import { listenTo, type Show, type Told } from './frame-messages.ts';
import type { Heights } from '../snippet/style-rules.ts';
import type { Width } from '../view.ts';

const sizesPx = {
  /** At least as wide as the window of a small computer; scaled down if there is less room. */
  desktop: { width: 900, height: 620 },
  phone: { width: 390, height: 700 },
} as const;

/**
 * The frame with the preview. It sends the frame what to show, receives the form's height, and fits the frame
 * into the page.
 */
export class PreviewFrame implements ReactiveController {
  readonly #host: LitElement;
  readonly #onHeights: (heights: Heights) => void;
  readonly #resized = new ResizeObserver(() => {
    this.#fit();
  });
  #stopListening: (() => void) | undefined;
  #isReady = false;
  #wanted: Show | undefined;
  #width: Width = 'desktop';
  #shownAt = 0;
  #focused: HTMLElement | undefined;

  constructor(host: LitElement, onHeights: (heights: Heights) => void) {
    this.#host = host;
    this.#onHeights = onHeights;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stopListening = listenTo(() => this.#frame?.contentWindow ?? null, this.#hear);
    addEventListener('blur', this.#keepFocus);
  }

  hostDisconnected(): void {
    this.#stopListening?.();
    this.#resized.disconnect();
    removeEventListener('blur', this.#keepFocus);
  }

  show(message: Show, width: Width): void {
    this.#wanted = message;
    this.#width = width;
    this.#fit();
    const stage = this.#host.renderRoot.querySelector('.stage');
    if (stage) this.#resized.observe(stage);
    if (this.#isReady) this.#tell();
  }

  readonly #hear = (heard: unknown): void => {
    const message = heard as Told;
    if (message.is === 'measured') {
      this.#onHeights(message.heights);
      return;
    }
    this.#isReady = true;
    this.#tell();
  };

  #tell(): void {
    this.#shownAt = performance.now();
    const { activeElement } = this.#host.shadowRoot ?? {};
    if (activeElement instanceof HTMLElement && activeElement !== this.#frame) this.#focused = activeElement;
    this.#frame?.contentWindow?.postMessage(this.#wanted, location.origin);
  }

  /** A form that opens, or shows a mistake, takes the focus. A marketer who changes a colour must keep it. */
  readonly #keepFocus = (): void => {
    const wasAsked = performance.now() - this.#shownAt < 1500;
    if (wasAsked && this.#host.shadowRoot?.activeElement === this.#frame && !this.#frame?.matches(':hover'))
      this.#focused?.focus({ preventScroll: true });
  };

  #fit(): void {
    const stage = this.#host.renderRoot.querySelector<HTMLElement>('.stage');
    if (!stage) return;
    const style = getComputedStyle(stage);
    const room = stage.clientWidth - 2 * Number.parseFloat(style.paddingInlineStart);
    const size = sizesPx[this.#width];
    const width = this.#width === 'desktop' ? Math.max(size.width, room) : size.width;
    const scale = Math.min(1, room / width);
    // Where it stands above the settings, it must leave room for them.
    const isAbove = style.position === 'sticky';
    const height = isAbove ? Math.min(size.height, (innerHeight * 0.42) / scale) : size.height;
    stage.style.setProperty('--width', `${width}px`);
    stage.style.setProperty('--height', `${height}px`);
    stage.style.setProperty('--scale', String(scale));
  }

  get #frame(): HTMLIFrameElement | null {
    return this.#host.renderRoot.querySelector('iframe');
  }
}
