import { schemesOf } from '../contrast.ts';
import { textNames, type Design } from '../design.ts';
import { controlHeight, hasOpener, openerRules } from './opener-rules.ts';
import { print, type Declarations, type Rule } from './print-rules.ts';
import { declareColour, derived, em, fieldBorderOf, valuesOf } from './values.ts';

/** The height of the loaded form, in em, in a phone's column and in a wide one. */
export interface Heights {
  readonly phone: number;
  readonly desktop: number;
}

/**
 * The element's style rules for the page: only settings that are not the default, and reserved room until the
 * form loads.
 */
export function styleElement(design: Design, heights: Heights | undefined): string {
  const reserved = design.display === 'inline' ? heights : undefined;
  const room =
    reserved &&
    ([
      ['display', 'block'],
      ['min-height', em(reserved.phone)],
    ] as const);
  return print([
    {
      selector: 'rasa-signup',
      declarations: [...(room ?? []), ...inheritedOf(design), ...propertiesOf(design)],
    },
    ...widerRoom(reserved),
  ]);
}

/**
 * The room of a form that a script tag will place, as the tag's own style. One declaration, because there is
 * no media query in a style attribute: the middle of `clamp` is far below or far above its bounds.
 */
export function roomOf(design: Design, heights: Heights | undefined): string | undefined {
  if (design.display !== 'inline')
    return hasOpener(design) ? `display:block;min-height:${controlHeight}` : undefined;
  if (!heights) return undefined;
  const { phone, desktop } = heights;
  const [least, most] = [phone, desktop].sort((a, b) => a - b).map(em);
  const beyond = phone > desktop ? '640px - 100vw' : '100vw - 640px';
  return `display:block;min-height:${least === most ? least : `clamp(${least},(${beyond})*999,${most})`}`;
}

function widerRoom(heights: Heights | undefined): readonly Rule[] {
  if (!heights || heights.desktop === heights.phone) return [];
  const declarations = [['min-height', em(heights.desktop)]] as const;
  return [{ media: '(min-width: 40em)', selector: 'rasa-signup', declarations }];
}

/**
 * The plain form inside the element, while it is shown, and the element until its script has come: it looks
 * as it will, and hides the texts that have no place yet.
 */
export function styleFallback(design: Design): string {
  const hasSlots = textNames.some((name) => design[name].trim() !== '');
  return print([
    ...(hasSlots
      ? [{ selector: 'rasa-signup:not(:defined) > [slot]', declarations: [['display', 'none']] as const }]
      : []),
    ...(design.display === 'inline'
      ? [{ selector: 'rasa-signup:not(:defined)', declarations: boxOf(design) }]
      : []),
    ...(design.display === 'inline' ? rulesOfForm('rasa-signup > form', design, []) : openerRules(design)),
  ]);
}

/** A form that stays plain. */
export function stylePlainForm(design: Design): string {
  const inPage = { ...design, display: 'inline' } as const;
  return print(rulesOfForm('.signup-form', inPage, [...inheritedOf(inPage), ...boxOf(inPage)]));
}

/** Approximates the widget's look with a few rules, because a plain form has no styles of its own. */
function rulesOfForm(form: string, design: Design, surface: Declarations): readonly Rule[] {
  const values = valuesOf(design);
  const isCompact = design.layout === 'compact';
  const isRow = design.layout === 'inline';
  const isFull = design.buttonWidth === '100%' || (design.buttonWidth === '' && isCompact);
  const align = values['align'];
  return [
    {
      selector: form,
      declarations: [
        ...(isRow ? rowDeclarations : ([['display', 'grid']] as const)),
        ['gap', isCompact ? '0.75em' : '1.125em'],
        ['line-height', '1.5'],
        ...surface,
      ],
    },
    {
      selector: `${form} :is(h2, p, fieldset)`,
      declarations: [
        ['margin', '0'],
        ...(isRow ? ([['flex-basis', '100%']] as const) : []),
        ...(align ? ([['text-align', align]] as const) : []),
      ],
    },
    ...(isCompact ? besideEachOther(form) : []),
    {
      selector: `${form} > h2`,
      declarations: [
        ['font-size', values['title-size'] ?? '1.375em'],
        ['font-weight', values['title-weight'] ?? '650'],
        ['line-height', '1.25'],
        ...(values['title-font'] ? ([['font-family', values['title-font']]] as const) : []),
      ],
    },
    {
      selector: `${form} > label`,
      declarations: [
        ['font-weight', '600'],
        ['font-size', 'max(0.9375em, 14px)'],
        ...(isRow ? ([['flex', '1 1 11em']] as const) : []),
      ],
    },
    {
      selector: `${form} :where(input:not([type="checkbox"], [type="radio"]), select, button)`,
      declarations: controlDeclarations(design, values),
    },
    // A field is in its label, whose text is smaller.
    {
      selector: `${form} > label > :is(input, select)`,
      declarations: [
        ['margin-block-start', '0.375em'],
        ['font-size', 'max(1em / 0.9375, 16px)'],
      ],
    },
    {
      selector: `${form} button`,
      declarations: [
        ['display', 'grid'],
        ['place-items', 'center'],
        ['align-content', 'center'],
        ['width', isFull && !isRow ? '100%' : 'auto'],
        ['justify-self', align ?? 'start'],
        ['padding', '0.5em 1.25em'],
        ['border-color', 'transparent'],
        ...(values['button-radius'] ? ([['border-radius', values['button-radius']]] as const) : []),
        ...declareColour('background', derived(design, 'accent')),
        ...declareColour('color', derived(design, 'onAccent')),
        ['font-weight', '600'],
      ],
    },
    // As wide as the element's, which has room for what it says while it sends.
    {
      selector: `${form} button::after`,
      declarations: [
        ['content', 'attr(data-sending)'],
        ['visibility', 'hidden'],
        ['height', '0'],
        ['padding-inline-start', 'calc(1.2em + 4px)'],
      ],
    },
    trap(`${form} .your-message`),
  ];
}

/** First and last name, if both are there. */
function besideEachOther(form: string): readonly Rule[] {
  const name = '[autocomplete$="-name"]';
  const half = `label:has(${name})`;
  return [
    { selector: form, declarations: [['grid-template-columns', 'repeat(2, minmax(0, 1fr))']] },
    {
      selector: `${form} > :not(${half} + ${half}, ${half}:has(+ label ${name}))`,
      declarations: [['grid-column', '1 / -1']],
    },
  ];
}

const rowDeclarations = [
  ['display', 'flex'],
  ['flex-wrap', 'wrap'],
  ['align-items', 'end'],
] as const;

function controlDeclarations(design: Design, values: Readonly<Record<string, string>>): Declarations {
  return [
    ['box-sizing', 'border-box'],
    ['width', '100%'],
    ['min-height', controlHeight],
    ['margin', '0'],
    ['padding', `0.5em ${values['field-padding'] ?? '0.75em'}`],
    ['border', '1px solid'],
    ...declareColour('border-color', fieldBorderOf(design)),
    ...(values['field-border'] ? ([['border-width', values['field-border']]] as const) : []),
    ['border-radius', values['radius'] ?? '0.5em'],
    ['background', values['input-background'] ?? 'transparent'],
    ['color', values['input-color'] ?? 'inherit'],
    ['font', 'inherit'],
    ['font-size', 'max(1em, 16px)'],
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

/** What the form and its fallback inherit. */
function inheritedOf(design: Design): Declarations {
  const schemes = schemesOf(design);
  const isDecided = schemes.length === 1 && (design.theme !== 'auto' || design.background !== '');
  return [
    ...(isDecided ? ([['color-scheme', schemes.join('')]] as const) : []),
    ...(design.font ? ([['font-family', design.font]] as const) : []),
  ];
}

function propertiesOf(design: Design): Declarations {
  return Object.entries(valuesOf(design)).map(([name, value]) => [`--rasa-signup-${name}`, value]);
}

/** The box around a form in the page, as the element draws it. */
function boxOf(design: Design): Declarations {
  const values = valuesOf(design);
  const radius = values['frame-radius'] ?? `calc(2 * ${values['radius'] ?? '0.5em'})`;
  const hasBox = values['background'] !== undefined || values['frame'] !== undefined;
  return [
    ['box-sizing', 'border-box'],
    ['max-width', values['max-width'] ?? (design.layout === 'inline' ? '48em' : '32em')],
    ...(values['padding'] ? ([['padding', values['padding']]] as const) : []),
    ...(values['frame']
      ? ([
          ['border', `0 solid ${values['frame-color'] ?? 'currentcolor'}`],
          ['border-width', values['frame']],
        ] as const)
      : []),
    ...(hasBox ? ([['border-radius', radius]] as const) : []),
    ...(values['background'] ? ([['background', values['background']]] as const) : []),
    ...(values['color'] ? ([['color', values['color']]] as const) : []),
    ...(values['shadow'] ? ([['box-shadow', values['shadow']]] as const) : []),
  ];
}
