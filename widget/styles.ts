/** All shadow roots of a page share one sheet of each kind. */
const sheets = new Map<string, CSSStyleSheet>();

/** Styles a shadow root in a way that strict pages allow; browsers without it (Safari before 16.4) get a `<style>`. */
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
