export type Declarations = readonly (readonly [property: string, value: string])[];

export interface Rule {
  readonly selector: string;
  readonly declarations: Declarations;
  readonly media?: string;
}

const widest = 90;

/** Writes rules as CSS: the short ones in one line, and those without a declaration not at all. */
export function print(rules: readonly Rule[]): string {
  return rules
    .filter(({ declarations }) => declarations.length > 0)
    .map(({ selector, declarations, media }) => {
      const said = declarations.map(([property, value]) => `${property}: ${value};`);
      const line = `${selector} { ${said.join(' ')} }`;
      const rule =
        line.length <= widest ? [line] : [`${selector} {`, ...said.map((text) => `  ${text}`), '}'];
      return media === undefined
        ? rule.join('\n')
        : [`@media ${media} {`, ...rule.map((line) => `  ${line}`), '}'].join('\n');
    })
    .join('\n');
}
