import { coloursOf, errorColourOf, schemeOf } from '../contrast.ts';
import type { Design } from '../design.ts';

/** The height of the loaded form, in em, in a phone's column and in a wide one. */
export interface Heights {
  readonly phone: number;
  readonly desktop: number;
}

interface Rule {
  readonly selector: string;
  readonly declarations: readonly (readonly [property: string, value: string])[];
  readonly media?: string;
}

/**
 * The element's style rules for the page: only settings that are not the default, and reserved room until the
 * form loads.
 */
export function styleElement(design: Design, heights: Heights | undefined): string {
  const reserved = design.display === 'inline' ? heights : undefined;
  return print([
    {
      selector: 'rasa-signup',
      declarations: [
        ...(reserved
          ? ([
              ['display', 'block'],
              ['min-height', em(reserved.phone)],
            ] as const)
          : []),
        ...surfaceOf(design),
        ...propertiesOf(design),
      ],
    },
    ...(reserved && reserved.desktop !== reserved.phone
      ? [
          {
            media: '(min-width: 40em)',
            selector: 'rasa-signup',
            declarations: [['min-height', em(reserved.desktop)]] as const,
          },
        ]
      : []),
  ]);
}

/** The plain form inside the element, while it is shown. Its container already has the surface. */
export function styleFallback(design: Design): string {
  return print(rulesOfForm('rasa-signup > form', design, []));
}

/** A form that stays plain. */
export function stylePlainForm(design: Design): string {
  return print(rulesOfForm('.signup-form', design, surfaceOf({ ...design, display: 'inline' })));
}

/** Approximates the widget's look with a few rules, because a plain form has no styles of its own. */
function rulesOfForm(form: string, design: Design, surface: Rule['declarations']): readonly Rule[] {
  const { accent = '#1a5bae', onAccent = '#ffffff' } = coloursOf(design);
  const isCompact = design.layout === 'compact';
  const isRow = design.layout === 'inline';
  return [
    {
      selector: form,
      declarations: [
        ...(isRow ? rowDeclarations : ([['display', 'grid']] as const)),
        ['gap', isCompact ? '0.6em' : '1em'],
        ...surface,
      ],
    },
    {
      selector: `${form} :is(h2, p, fieldset)`,
      declarations: [['margin', '0'], ...(isRow ? ([['flex-basis', '100%']] as const) : [])],
    },
    {
      selector: `${form} > label`,
      declarations: [
        ['font-weight', '600'],
        ...(isRow ? ([['flex', '1 1 11em']] as const) : []),
        ...(isCompact ? ([['font-size', '0.875em']] as const) : []),
      ],
    },
    {
      selector: `${form} :where(input:not([type="checkbox"], [type="radio"]), select, button)`,
      declarations: controlDeclarations(design),
    },
    {
      selector: `${form} button`,
      declarations: [
        ...(isRow ? ([['width', 'auto']] as const) : []),
        ['padding', '0.5em 1.25em'],
        ['border-color', 'transparent'],
        ['background', accent],
        ['color', onAccent],
        ['font-weight', '600'],
      ],
    },
    trap(`${form} .your-message`),
  ];
}

const rowDeclarations = [
  ['display', 'flex'],
  ['flex-wrap', 'wrap'],
  ['align-items', 'end'],
] as const;

function controlDeclarations({ layout, border, radius }: Design): Rule['declarations'] {
  return [
    ['box-sizing', 'border-box'],
    ['width', '100%'],
    ['min-height', layout === 'compact' ? '2.25em' : '2.75em'],
    ['margin-block-start', '0.3em'],
    ['padding', '0.5em 0.75em'],
    ['border', `1px solid ${border || 'currentcolor'}`],
    ['border-radius', radius === '' ? '0.4em' : em(Number(radius))],
    ['background', 'transparent'],
    ['color', 'inherit'],
    ['font', 'inherit'],
    ['font-weight', '400'],
  ];
}

/** Hidden from people but not from robots. */
function trap(selector: string): Rule {
  return {
    selector,
    declarations: [
      ['position', 'absolute'],
      ['overflow', 'hidden'],
      ['width', '1px'],
      ['height', '1px'],
      ['clip-path', 'inset(50%)'],
    ],
  };
}

/** In the page the form has a surface only if one was chosen. Over the page it always has one. */
function surfaceOf(design: Design): Rule['declarations'] {
  const { background, text } = coloursOf(design);
  const scheme = schemeOf(design);
  const hasBackground = design.background !== '' && background !== undefined;
  const hasText = (hasBackground || design.text !== '') && text !== undefined;
  const isInPage = design.display === 'inline';
  return [
    ...(scheme ? ([['color-scheme', scheme]] as const) : []),
    ...(hasBackground && isInPage
      ? ([
          ['padding', '1.25em'],
          ['border-radius', 'calc(2 * var(--rasa-signup-radius, 0.4em))'],
          ['background-color', background],
        ] as const)
      : []),
    ...(hasBackground && !isInPage ? ([['--rasa-signup-background', background]] as const) : []),
    ...(hasText ? ([[isInPage ? 'color' : '--rasa-signup-color', text]] as const) : []),
    ...(design.font ? ([['font-family', design.font]] as const) : []),
  ];
}

function propertiesOf(design: Design): Rule['declarations'] {
  const { onAccent } = coloursOf(design);
  const error = errorColourOf(design);
  return [
    ...(design.accent ? ([['--rasa-signup-accent', design.accent]] as const) : []),
    ...((design.accent || design.onAccent) && onAccent
      ? ([['--rasa-signup-on-accent', onAccent]] as const)
      : []),
    ...(design.border ? ([['--rasa-signup-border-color', design.border]] as const) : []),
    ...(error ? ([['--rasa-signup-error-color', error]] as const) : []),
    ...(design.radius ? ([['--rasa-signup-radius', em(Number(design.radius))]] as const) : []),
  ];
}

function em(value: number): string {
  return value === 0 ? '0' : `${value}em`;
}

const widest = 90;

function print(rules: readonly Rule[]): string {
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
