const empty = new Set(['input', 'br', 'hr', 'img', 'meta', 'link']);
const widest = 100;
/** The tag that loads the script is one line, which is what it is known for. */
const widestScript = 180;

/**
 * Writes nodes as indented HTML. The browser's own serialiser escapes the values; this function only decides
 * where lines end. It adds white space between elements, but never inside a text.
 */
export function writeHtml(nodes: readonly Node[], indent = ''): string {
  return nodes.map((node) => writeNode(node, indent)).join('\n');
}

function writeNode(node: Node, indent: string): string {
  if (!(node instanceof Element)) return indent + escapeText(node.textContent ?? '');
  const name = node.localName;
  const attributes = [...node.attributes].map(writeAttribute);
  const inOneLine = `${indent}<${[name, ...attributes].join(' ')}>`;
  const open =
    inOneLine.length <= (name === 'script' ? widestScript : widest) || attributes.length < 2
      ? inOneLine
      : `${indent}<${name}\n${attributes.map((text) => `${indent}  ${text}`).join('\n')}\n${indent}>`;
  if (empty.has(name)) return open;
  if (name === 'style') return `${open}\n${indentLines(node.textContent, `${indent}  `)}\n${indent}</style>`;
  const children = [...node.childNodes];
  const [only] = children;
  if (children.length === 0) return `${open}</${name}>`;
  if (children.length === 1 && only instanceof Text) return `${open}${escapeText(only.data)}</${name}>`;
  return `${open}\n${writeHtml(children, `${indent}  `)}\n${indent}</${name}>`;
}

function writeAttribute({ name, value }: Attr): string {
  if (value === '' && name !== 'value') return name;
  const bare = document.createElement('i');
  // An attribute of its own name could have an effect, which the page's policy forbids for a style.
  bare.setAttribute('lang', value);
  return name + bare.outerHTML.slice('<i lang'.length, -'></i>'.length);
}

function escapeText(text: string): string {
  const bare = document.createElement('i');
  bare.textContent = text;
  return bare.innerHTML;
}

export function indentLines(text: string, indent: string): string {
  return text
    .split('\n')
    .map((line) => indent + line)
    .join('\n');
}
