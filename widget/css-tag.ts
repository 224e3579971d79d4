/**
 * Stands in the bundle for lit's module of this name, since one style sheet that is a string needs little of what that
 * does. All forms of a page share it. Browsers without constructed style sheets (Safari before 16.4) get a `<style>`.
 */
let shared: CSSStyleSheet | undefined;

export const unsafeCSS = (css: string): string => css;

export const getCompatibleStyle = unsafeCSS;

export function adoptStyles(root: ShadowRoot, [css = '']: readonly string[]): void {
  if ('adoptedStyleSheets' in root) {
    if (!shared) (shared = new CSSStyleSheet()).replaceSync(css);
    root.adoptedStyleSheets = [shared];
  } else {
    (root as ShadowRoot).append(Object.assign(document.createElement('style'), { textContent: css }));
  }
}

/** Exported again by lit, and not used. */
export const css = unsafeCSS;
export const CSSResult = undefined;
export const supportsAdoptingStyleSheets = true;
