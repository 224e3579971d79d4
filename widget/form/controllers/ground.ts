import type { LitElement, ReactiveController } from 'lit';

/**
 * Measures what is painted behind the form. The style sheet takes it for the page's `Canvas`, whose colour
 * follows `color-scheme`. Many dark pages declare none, and a coloured section has a ground of its own. There
 * the form's own colours get the lightness that has a contrast of 4.4 : 1 to the ground, and the browser's
 * own parts of the inputs follow it too.
 */
export class Ground implements ReactiveController {
  readonly #host: LitElement;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.shadowRoot?.addEventListener('transitionend', this.#remeasure);
  }

  /** The form, and for an overlay also its opener, which is on another ground. */
  hostUpdated(): void {
    for (const element of this.#host.renderRoot.querySelectorAll<HTMLElement>('.root, .box'))
      measureGround(element);
  }

  /**
   * The honeypot has a transition of the colours that it inherits, by which a change of the page's theme is
   * noticed. It is measured again when the page's own transitions are over.
   */
  readonly #remeasure = (): void => {
    for (const wait of [0, 500])
      setTimeout(() => {
        this.hostUpdated();
      }, wait);
  };
}

function measureGround(element: HTMLElement): void {
  const { style } = element;
  const computed = getComputedStyle(element);
  // Relative luminance (WCAG 2.2), from `color(xyz-d65 x y z)`. NaN in browsers without relative colours.
  const luminance = (color: string): number => {
    style.setProperty('--_rs-probe', color);
    return Number(computed.outlineColor.split(' ')[2]);
  };
  const behind = colorBehind(element);
  // Behind a picture the colour of the text tells the most.
  const ground = behind ? luminance(behind) : Number(luminance(computed.color) < 0.2);
  const lightness = Math.cbrt(ground);
  const isDark = ground < 0.18;
  const far = isDark ? Math.max(0.81, 1.4 * lightness + 0.23) : Math.min(0.48, 1.2 * lightness - 0.58);
  // Also where nothing can be measured: no comparison with NaN is true.
  const isAsAssumed = isDark === luminance('Canvas') < 0.18 && !(Math.abs(ground - 0.38) <= 0.32);
  // `initial`, because a dialog is not on the ground of what it is in.
  style.setProperty('--_rs-measured', isAsAssumed ? 'initial' : `oklch(${far} 0 0)`);
  style.setProperty('--_rs-scheme', isAsAssumed ? 'initial' : isDark ? 'dark' : 'light');
}

/** `undefined` if there is a picture or a gradient, of which no script knows the colours. */
function colorBehind(element: Element | null | undefined): string | undefined {
  if (!element) return 'Canvas';
  const { backgroundColor, backgroundImage } = getComputedStyle(element);
  if (backgroundImage !== 'none') return undefined;
  // Less than half opaque.
  return /(a.*,|\/) 0(\.[0-4]\d*)?\)$/.test(backgroundColor)
    ? colorBehind(element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host)
    : backgroundColor;
}
