/** The language of the place where an element stands: the nearest `lang`, through shadow roots; none is the visitor's. */
export function langOf(element: Element): string | undefined {
  const lang = element.closest('[lang]')?.getAttribute('lang');
  const root = element.getRootNode();
  return lang ?? (root instanceof ShadowRoot ? langOf(root.host) : undefined);
}
