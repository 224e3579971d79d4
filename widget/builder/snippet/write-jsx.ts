import { indentLines } from './write-html.ts';

/** Attributes that have another name in React. On custom elements React takes attributes as they are. */
const reactNames: Readonly<Record<string, string>> = {
  class: 'className',
  tabindex: 'tabIndex',
  autocomplete: 'autoComplete',
  maxlength: 'maxLength',
  'accept-charset': 'acceptCharset',
};

/** Writes nodes as indented JSX. Values that are more than letters become JavaScript strings. */
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

/**
 * A text needs a string if it has white space at its ends, or characters that JSX or HTML would interpret.
 */
function writeText(text: string): string {
  return /^[^\s{}<>&]([^{}<>&\n]*[^\s{}<>&])?$/.test(text) ? text : `{${JSON.stringify(text)}}`;
}
