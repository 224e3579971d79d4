/** One style sheet per CSS text, shared by all shadow roots of the page. */
const sheets = new Map<string, CSSStyleSheet>();

/**
 * Styles a shadow root in a way that a strict Content-Security-Policy allows. Browsers without
 * `adoptedStyleSheets` (Safari before 16.4) get a `<style>` element.
 */
export function addStyles(root: ShadowRoot, css: string): void {
  if (!('adoptedStyleSheets' in root)) {
    (root as ShadowRoot).append(Object.assign(document.createElement('style'), { textContent: css }));
    return;
  }
  let sheet = sheets.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.set(css, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
