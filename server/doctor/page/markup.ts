import { parse, type DefaultTreeAdapterTypes } from 'parse5';

/** The relevant parts of a page's markup, parsed as a browser with scripts parses it. */
export interface Markup {
  /** The `href` of `<base>`. */
  readonly base: string | undefined;
  readonly scripts: readonly Tag[];
  /** The `<rasa-signup>` elements. */
  readonly elements: readonly Tag[];
  /** The `<form>` elements with an `action`. */
  readonly forms: readonly Tag[];
  /** The content of `<meta http-equiv="content-security-policy">`, which only counts in the head. */
  readonly policies: readonly string[];
  /** Places where the snippet occurs without effect. */
  readonly deadSnippets: readonly ('a comment' | 'text' | 'a template' | 'noscript')[];
}

export interface Tag {
  readonly attributes: ReadonlyMap<string, string>;
  /** Whether the tag is inside `<rasa-signup>`, as its fallback. */
  readonly isFallback: boolean;
  readonly isInHead: boolean;
  /** The name of the next element. */
  readonly next: string | undefined;
}

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const snippet = /<rasa-signup|\/embed(\.[0-9a-f]{16})?\.js/;

export function readMarkup(html: string): Markup {
  const found = {
    bases: [] as Tag[],
    scripts: [] as Tag[],
    elements: [] as Tag[],
    forms: [] as Tag[],
    policies: [] as string[],
    deadSnippets: new Set<Markup['deadSnippets'][number]>(),
  };
  walk(parse(html).childNodes, { inHead: false, isFallback: false });
  const { bases, deadSnippets, ...rest } = found;
  return { ...rest, base: bases[0]?.attributes.get('href'), deadSnippets: [...deadSnippets] };

  function walk(
    nodes: readonly Node[],
    place: { readonly inHead: boolean; readonly isFallback: boolean },
  ): void {
    for (const node of nodes) {
      noteDead(node);
      if (!('tagName' in node)) continue;
      take(node, place);
      // Skips a template's content, which is not part of the page.
      walk(node.childNodes, {
        inHead: place.inHead || node.tagName === 'head',
        isFallback: place.isFallback || node.tagName === 'rasa-signup',
      });
    }
  }

  function take(element: Element, { inHead, isFallback }: { inHead: boolean; isFallback: boolean }): void {
    const attributes = new Map(element.attrs.map(({ name, value }) => [name, value]));
    const tag = { attributes, isFallback, isInHead: inHead, next: nextOf(element) };
    switch (element.tagName) {
      case 'base':
        if (attributes.has('href')) found.bases.push(tag);
        break;
      case 'script':
        found.scripts.push(tag);
        break;
      case 'rasa-signup':
        found.elements.push(tag);
        break;
      case 'form':
        if (attributes.has('action')) found.forms.push(tag);
        break;
      case 'meta':
        if (inHead && attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy') {
          found.policies.push(attributes.get('content') ?? '');
        }
        break;
    }
  }

  function noteDead(node: Node): void {
    if (node.nodeName === '#comment' && 'data' in node && snippet.test(node.data)) {
      found.deadSnippets.add('a comment');
    }
    if (node.nodeName === '#text' && 'value' in node && snippet.test(node.value)) {
      const parent = node.parentNode?.nodeName;
      if (parent === 'noscript') found.deadSnippets.add('noscript');
      else if (parent !== 'script' && parent !== 'style') found.deadSnippets.add('text');
    }
    if (node.nodeName === 'template' && 'content' in node && contains(node.content.childNodes)) {
      found.deadSnippets.add('a template');
    }
  }
}

function contains(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      'tagName' in node &&
      (node.tagName === 'rasa-signup' ||
        (node.tagName === 'script' && node.attrs.some(({ value }) => snippet.test(value))) ||
        contains(node.childNodes)),
  );
}

function nextOf(element: Element): string | undefined {
  const siblings = element.parentNode?.childNodes ?? [];
  return siblings.slice(siblings.indexOf(element) + 1).find((node) => 'tagName' in node)?.nodeName;
}
