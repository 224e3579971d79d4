import type { Design } from '../design.ts';
import { readOpening } from '../opening.ts';
import type { Rule } from './print-rules.ts';
import { declareColour, derived, valuesOf } from './values.ts';

/** What stands for a form over the page, as the element draws the button that opens it. */
export function openerRules(design: Design): readonly Rule[] {
  const values = valuesOf(design);
  const link = 'rasa-signup > a';
  return [
    {
      selector: link,
      declarations: [
        ['display', 'inline-grid'],
        ['box-sizing', 'border-box'],
        ['place-items', 'center'],
        ['min-height', controlHeight],
        ['padding', '0.5em 1.25em'],
        ['border-radius', values['radius'] ?? '0.5em'],
        ...declareColour('background', derived(design, 'accent')),
        ...declareColour('color', derived(design, 'onAccent')),
        ['font-weight', '600'],
        ['line-height', '1.5'],
        ['text-decoration', 'none'],
        ['vertical-align', 'top'],
      ],
    },
    // A form that only opens by itself is silent until then.
    ...(hasOpener(design)
      ? []
      : [{ media: '(scripting)', selector: link, declarations: [['display', 'none']] as const }]),
  ];
}

/** Whether the form has a button in the page. */
export function hasOpener({ openOn }: Design): boolean {
  return readOpening(openOn).button;
}

/** Of fields and buttons. */
export const controlHeight = 'max(3em, 44px)';
