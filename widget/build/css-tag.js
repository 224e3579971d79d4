/**
 * In place of `css-tag.js` of `@lit/reactive-element`, in the script tag's bundle: without the ways around
 * missing `adoptedStyleSheets`, which every supported browser has.
 */
export const supportsAdoptingStyleSheets = true;

export function unsafeCSS(cssText) {
  let sheet;
  return {
    get styleSheet() {
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(cssText);
      }
      return sheet;
    },
  };
}

export const css = undefined;

export const CSSResult = undefined;

export const getCompatibleStyle = (style) => style;

export function adoptStyles(root, styles) {
  root.adoptedStyleSheets = styles.map(({ styleSheet }) => styleSheet);
}
