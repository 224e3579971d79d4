import { indentLines } from './write-html.ts';

/** Where React has names of its own; on custom elements it takes attributes as they are. */
const reactNames: Readonly<Record<string, string>> = {
  class: 'className',
  tabindex: 'tabIndex',
  autocomplete: 'autoComplete',
  maxlength: 'maxLength',
  'accept-charset': 'acceptCharset',
};

/** Writes nodes down as indented JSX. Every value is a JavaScript string where it is more than letters. */
export function writeJsx(nodes: readonly Node[], indent = ''): string {
  return nodes.map((node) => writeNode(node, indent)).join('\n');
}

function writeNode(node: Node, indent: string): string {
  if (!(node instanceof Element)) return indent + writeText(node.textContent ?? '');
  const name = node.localName;
  const isCustom = name.includes('-');
  const attributes = [...node.attributes].map(
    (attribute) =>
      `${isCustom ? attribute.name : (reactNames[attribute.name] ?? attribute.name)}${writeValue(attribute)}`,
  );
  const tag = [name, ...attributes].join(' ');
  if (name === 'style') {
    const css = node.textContent.replace(/[`\\]|\$\{/g, '\\$&');
    return `${indent}<style>{\`\n${indentLines(css, `${indent}  `)}\n${indent}\`}</style>`;
  }
  const children = [...node.childNodes];
  const [only] = children;
  if (children.length === 0) return `${indent}<${tag} />`;
  if (children.length === 1 && only instanceof Text)
    return `${indent}<${tag}>${writeText(only.data)}</${name}>`;
  return `${indent}<${tag}>\n${writeJsx(children, `${indent}  `)}\n${indent}</${name}>`;
}

function writeValue({ name, value }: Attr): string {
  if (value === '' && name !== 'value') return '';
  return /^[^"&\\{}<>]*$/.test(value) ? `="${value}"` : `={${JSON.stringify(value)}}`;
}

/** White space at its ends, and what JSX or HTML would read as more than text, need a string. */
function writeText(text: string): string {
  return /^[^\s{}<>&]([^{}<>&\n]*[^\s{}<>&])?$/.test(text) ? text : `{${JSON.stringify(text)}}`;
}
