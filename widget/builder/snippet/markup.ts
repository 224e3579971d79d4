import { ticked, type FormDefinition, type FormField } from '../../../shared/form.ts';
import { honeypot } from '../../../shared/signup.ts';
import type { Design, TextName } from '../design.ts';

/** Snippets are built from nodes, so that the writer escapes every text in them. */
export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Creates an element of `document`. Attributes that are `undefined` or `false` are omitted. */
export function createElement(
  document: Document,
  name: string,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElement {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** The element's attributes for the design. Those that equal the default are omitted. */
export function attributesOf(design: Design): Attributes {
  const { lang, layout, display, openOn, againAfter } = design;
  const isOverPage = display !== 'inline';
  const opensItself = isOverPage && openOn !== 'button';
  return {
    lang: lang || undefined,
    layout: layout === 'stacked' ? undefined : layout,
    display: isOverPage ? display : undefined,
    'open-on': opensItself ? openOn : undefined,
    'again-after': opensItself && againAfter !== '7' ? `${againAfter}d` : undefined,
  };
}

/** The design's texts as children for the element's slots. */
export function createSlotted(document: Document, design: Design): readonly HTMLElement[] {
  const isOverPage = design.display !== 'inline';
  const tags: Readonly<Record<TextName, string>> = {
    // Over the page the element already has a heading, which contains this.
    title: isOverPage ? 'span' : 'h2',
    intro: 'p',
    submit: 'span',
    note: 'p',
    accepted: 'span',
    opener: 'span',
  };
  return Object.entries(tags)
    .map(([name, tag]) => ({ name: name as TextName, tag, text: design[name as TextName].trim() }))
    .filter(({ name, text }) => text !== '' && (name !== 'opener' || isOverPage))
    .map(({ name, tag, text }) => createElement(document, tag, { slot: name }, text));
}

/**
 * A form that works without scripts, with the texts around it in their places. The hidden fields are omitted,
 * because the widget fills them in.
 */
export function createPlainForm(
  document: Document,
  definition: FormDefinition,
  {
    action,
    design,
    attributes = {},
  }: {
    readonly action: string;
    readonly design: Pick<Design, 'title' | 'intro' | 'note' | 'submit' | 'layout'>;
    readonly attributes?: Attributes;
  },
): HTMLElement {
  const create = createElement.bind(undefined, document);
  const line = (name: 'h2' | 'p', text: string) => (text.trim() ? [create(name, {}, text.trim())] : []);
  return create(
    'form',
    { action, method: 'post', 'accept-charset': 'utf-8', ...attributes },
    ...line('h2', design.title),
    ...line('p', design.intro || (definition.intro ?? '')),
    ...definition.fields.flatMap((field) => createField(document, field, definition, design.layout)),
    create(
      'p',
      { class: 'your-message', 'aria-hidden': 'true' },
      create(
        'label',
        {},
        definition.texts.leaveEmpty,
        create('input', { name: honeypot, tabindex: '-1', autocomplete: 'off' }),
      ),
    ),
    create(
      'button',
      { 'data-sending': definition.texts.sending },
      design.submit.trim() || definition.texts.submit,
    ),
    ...line('p', design.note),
  );
}

/**
 * What stands for a form over the page until its script has come, and without scripts: a link in place of the
 * button that opens it.
 */
export function createOpener(
  document: Document,
  { title }: FormDefinition,
  { href, opener }: { readonly href: string; readonly opener: string },
): HTMLElement {
  return createElement(document, 'a', { href }, opener.trim() || title);
}

function createField(
  document: Document,
  field: FormField,
  { texts }: FormDefinition,
  layout: Design['layout'],
): readonly HTMLElement[] {
  const create = createElement.bind(undefined, document);
  if (field.type === 'hidden') return [];
  const { name, type, label, required, help } = field;
  // Where names stand side by side, the mark is in the empty field, as in the element.
  const isInField = layout === 'compact' && 'autocomplete' in field && isName(field.autocomplete);
  const isMarked = !required && type !== 'checkbox';
  const said = isMarked && !isInField ? `${label} ${texts.optional}` : label;
  const helped = help ? [create('small', {}, help)] : [];
  switch (type) {
    case 'radio':
    case 'newsletters': {
      // HTML cannot require one of several boxes.
      const box = type === 'radio' ? { type, required } : { type: 'checkbox' };
      return [
        create(
          'fieldset',
          {},
          create('legend', {}, said),
          ...helped,
          ...field.options.map(({ value, label }) =>
            create('label', {}, create('input', { ...box, name, value }), label),
          ),
        ),
      ];
    }
    case 'checkbox':
      return [
        create(
          'p',
          {},
          create('label', {}, create('input', { type, name, value: ticked, required }), label, ...helped),
          ...(field.link ? [create('a', { href: field.link.href }, field.link.label)] : []),
        ),
      ];
    case 'select':
      return [
        create(
          'label',
          {},
          said,
          ...helped,
          create(
            'select',
            { name, required },
            create('option', { value: '' }, '–'),
            ...field.options.map(({ value, label }) => create('option', { value }, label)),
          ),
        ),
      ];
    case 'text':
    case 'email':
    case 'tel':
    case 'url':
    case 'number':
    case 'date': {
      const { autocomplete, placeholder, pattern, min, max, maxLength, international } = field;
      const isTyped = type !== 'number' && type !== 'date';
      return [
        create(
          'label',
          {},
          said,
          ...helped,
          create('input', {
            type: international ? 'text' : type,
            name,
            autocomplete,
            placeholder:
              placeholder ?? (isMarked && isInField ? texts.optional.replace(/[()（）]/g, '') : undefined),
            pattern,
            min,
            max,
            step: type === 'number' ? 'any' : undefined,
            maxlength: isTyped ? String(maxLength) : undefined,
            required,
          }),
        ),
      ];
    }
  }
}

function isName(autocomplete: string | undefined): boolean {
  return autocomplete === 'given-name' || autocomplete === 'family-name';
}
