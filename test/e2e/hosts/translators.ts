/** What a translator does to the nodes of a page, in shadow roots too. Each function runs in the page. */
export interface Translator {
  readonly name: string;
  /** The source of a function. */
  readonly translate: string;
}

const everyRoot = `
  const roots = [document.body];
  for (const root of roots)
    for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
  const textsIn = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (data.trim() !== '' && !parentElement?.closest('script, style')) texts.push(walker.currentNode);
    }
    return texts;
  };`;

export const translators: readonly Translator[] = [
  {
    name: 'Google',
    translate: `() => {${everyRoot}
      document.documentElement.lang = 'de';
      document.documentElement.className = 'translated-ltr';
      for (const root of roots)
        for (const text of textsIn(root)) {
          const outer = document.createElement('font');
          const inner = outer.appendChild(document.createElement('font'));
          inner.textContent = '«' + text.data + '»';
          text.replaceWith(outer);
        }
    }`,
  },
  {
    name: 'Edge',
    translate: `() => {${everyRoot}
      document.documentElement.setAttribute('_msthidden', '1');
      for (const root of roots)
        for (const text of textsIn(root)) {
          text.parentElement?.setAttribute('_msttexthash', String(text.data.length));
          text.data = '«' + text.data + '»';
        }
    }`,
  },
  {
    name: 'Firefox',
    translate: `() => {${everyRoot}
      for (const root of roots) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
        const comments = [];
        while (walker.nextNode()) comments.push(walker.currentNode);
        for (const comment of comments) comment.remove();
        for (const element of root.querySelectorAll('h1, h2, label, p, button, .status'))
          element.replaceChildren(...element.childNodes);
        for (const text of textsIn(root)) text.data = '«' + text.data + '»';
      }
    }`,
  },
];
