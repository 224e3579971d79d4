import type { LitElement, ReactiveController } from 'lit';
import { listenTo, type Show, type Told } from './frame-messages.ts';
import type { Heights } from '../snippet/style-rules.ts';
import type { Width } from '../view.ts';

const phoneWidthPx = 390;
/** Smaller text could not be judged. What does not fit at this scale is scrolled to. */
const smallestScale = 0.72;
/** A form that has not come by then will not come. */
const mostPlayingMs = 10_000;

export interface PreviewListeners {
  readonly onHeights: (heights: Heights) => void;
  /** The form is drawn. */
  readonly onPlaced: () => void;
}

/**
 * The frame with the preview. It sends the frame what to show, receives the form's height, and scales the
 * frame down as far as needed to show the whole form.
 */
export class PreviewFrame implements ReactiveController {
  readonly #host: LitElement;
  readonly #listeners: PreviewListeners;
  readonly #resized = new ResizeObserver(() => {
    this.#fit();
  });
  #stopListening: (() => void) | undefined;
  #isReady = false;
  #wanted: Show | undefined;
  #width: Width = 'desktop';
  /** What the form needs, in the frame's own pixels. */
  #needed = 0;
  /** How many messages the page in the frame still works on. */
  #playing = 0;
  #shownAt = 0;
  /** What had the focus last, outside the frame. */
  #focused: HTMLElement | undefined;

  constructor(host: LitElement, listeners: PreviewListeners) {
    this.#host = host;
    this.#listeners = listeners;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stopListening = listenTo(() => this.#frame?.contentWindow ?? null, this.#hear);
    this.#host.shadowRoot?.addEventListener('focusin', this.#noteFocus);
    addEventListener('blur', this.#keepFocus);
  }

  hostDisconnected(): void {
    this.#stopListening?.();
    this.#resized.disconnect();
    this.#host.shadowRoot?.removeEventListener('focusin', this.#noteFocus);
    removeEventListener('blur', this.#keepFocus);
  }

  show(message: Show, width: Width): void {
    this.#wanted = message;
    if (this.#width !== width) this.#needed = 0;
    this.#width = width;
    this.#fit();
    const frame = this.#stage;
    if (frame) this.#resized.observe(frame);
    if (this.#isReady) this.#tell();
  }

  readonly #hear = (heard: unknown): void => {
    const message = heard as Told;
    switch (message.is) {
      case 'measured':
        this.#listeners.onHeights(message.heights);
        return;
      case 'placed':
        // A wider frame needs less height. Small differences would make it waver.
        if (message.height > this.#needed || message.height < this.#needed * 0.9) {
          this.#needed = message.height;
          this.#fit();
        }
        this.#listeners.onPlaced();
        return;
      case 'played':
        this.#playing -= 1;
        return;
      case 'ready':
        this.#isReady = true;
        this.#playing = 0;
        this.#tell();
    }
  };

  #tell(): void {
    this.#shownAt = performance.now();
    this.#playing += 1;
    this.#frame?.contentWindow?.postMessage(this.#wanted, location.origin);
  }

  readonly #noteFocus = ({ target }: Event): void => {
    if (target instanceof HTMLElement && target !== this.#frame) this.#focused = target;
  };

  /** A form that opens, or shows a mistake, takes the focus. A marketer who changes a colour must keep it. */
  readonly #keepFocus = (): void => {
    const isPlaying = this.#playing > 0 && performance.now() - this.#shownAt < mostPlayingMs;
    if (isPlaying && this.#host.shadowRoot?.activeElement === this.#frame && !this.#frame?.matches(':hover'))
      // While the frame is still taking the focus, it would keep the keys.
      setTimeout(() => this.#focused?.focus({ preventScroll: true }));
  };

  #fit(): void {
    const stage = this.#stage;
    if (!stage) return;
    const style = getComputedStyle(stage);
    const inner = (size: number, start: string, end: string) =>
      size - Number.parseFloat(start) - Number.parseFloat(end);
    const width = inner(stage.clientWidth, style.paddingLeft, style.paddingRight);
    const room = inner(stage.clientHeight, style.paddingTop, style.paddingBottom);
    // In a tab that is not shown there is no room.
    if (width <= 0 || room <= 0) return;
    const chromePx = this.#host.renderRoot.querySelector('.chrome')?.clientHeight ?? 0;
    const isPhone = this.#width === 'phone';
    const fitting = isPhone ? Math.min(1, width / phoneWidthPx) : 1;
    const high = room - chromePx;
    // Where the screen itself is a phone's, the width decides alone.
    const least = isPhone && width < 480 ? fitting : Math.min(fitting, smallestScale);
    const scale = Math.max(least, Math.min(fitting, this.#needed === 0 ? fitting : high / this.#needed));
    const size = {
      width: isPhone ? phoneWidthPx : width / scale,
      height: high / scale,
    };
    stage.style.setProperty('--width', `${size.width}px`);
    stage.style.setProperty('--height', `${size.height}px`);
    stage.style.setProperty('--scale', String(scale));
  }

  get #stage(): HTMLElement | null {
    return this.#host.renderRoot.querySelector('.stage');
  }

  get #frame(): HTMLIFrameElement | null {
    return this.#host.renderRoot.querySelector('iframe');
  }
}
