import type { FormDefinition } from '../../shared/form.ts';

/**
 * The boxes of a form that offers several newsletters. The script draws such a field as a list of which one
 * can be chosen, which also serves where this module is blocked; the boxes take the place of the list. Loaded
 * with the form, before it is shown. Its signature must not change, because a page may pin an old `embed.js`
 * permanently.
 */

/** The list that each group stands for. The script goes on to set its attributes and options. */
const lists = new WeakMap<Element, HTMLSelectElement>();

/** Forms that send the values of their boxes in one text. */
const joining = new WeakSet<HTMLFormElement>();

/** Called as a method of the loaded form, after each drawing. */
export function draw(this: { readonly definition: FormDefinition }, root: ParentNode): void {
  const form = root.querySelector('form');
  if (!form) return;
  for (const field of this.definition.fields) {
    if (field.type !== 'newsletters') continue;
    const list = form.querySelector<HTMLSelectElement>(`select[name="${field.name}"]`);
    if (list) replaceByGroup(list);
  }
  groupsIn(form).forEach(redraw);
  join(form);
}

function replaceByGroup(list: HTMLSelectElement): void {
  const label = list.parentElement?.querySelector('label');
  if (label) {
    label.id = `${list.name}-label`;
    label.removeAttribute('for');
  }
  const group = document.createElement('div');
  group.className = 'options';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-labelledby', `${list.name}-label`);
  lists.set(group, list);
  list.replaceWith(group);
}

interface Group {
  readonly group: Element;
  readonly list: HTMLSelectElement;
}

/** Shows the list's options, as they are now, and what is said of the list. */
function redraw({ group, list }: Group): void {
  for (const name of ['aria-invalid', 'aria-describedby']) {
    const value = list.getAttribute(name);
    if (value === null) group.removeAttribute(name);
    else group.setAttribute(name, value);
  }
  // The first option is for no choice.
  const options = [...list.options].slice(1);
  const shown = JSON.stringify([list.name, options.map(({ value, text }) => [value, text])]);
  if (group.getAttribute('data-shown') !== shown) {
    group.setAttribute('data-shown', shown);
    const ticked = boxesIn(group).flatMap(({ checked, value }) => (checked ? [value] : []));
    group.replaceChildren(...options.map(({ value, text }) => createBox(list.name, value, text)));
    for (const box of boxesIn(group)) box.checked = ticked.includes(box.value);
  }
  requireOne({ group, list });
}

function createBox(name: string, value: string, text: string): HTMLElement {
  const box = document.createElement('input');
  Object.assign(box, { type: 'checkbox', name, value });
  box.setAttribute('part', 'input');
  const words = document.createElement('span');
  words.textContent = text;
  const label = document.createElement('label');
  label.className = 'option';
  label.setAttribute('part', 'option');
  label.append(box, words);
  return label;
}

/** HTML has no group of boxes of which one is required: the first one is, while none is ticked. */
function requireOne({ group, list }: Group): void {
  const boxes = boxesIn(group);
  const isMissing = list.required && !boxes.some(({ checked }) => checked);
  boxes.forEach((box, at) => {
    box.required = isMissing && at === 0;
  });
}

/** What was ticked is sent in one text. Boxes are also ticked by the script, which raises no event. */
function join(form: HTMLFormElement): void {
  if (joining.has(form)) return;
  joining.add(form);
  const check = () => {
    groupsIn(form).forEach(requireOne);
  };
  form.addEventListener('change', check, true);
  form.addEventListener('submit', check, true);
  form.addEventListener('formdata', ({ formData }) => {
    // Behind the single values, which the browser keeps for the way back.
    for (const { list } of groupsIn(form))
      formData.append(list.name, formData.getAll(list.name).map(String).join());
  });
}

function groupsIn(form: HTMLFormElement): readonly Group[] {
  return [...form.querySelectorAll('[role=group]')].flatMap((group) => {
    const list = lists.get(group);
    return list ? [{ group, list }] : [];
  });
}

function boxesIn(group: Element): readonly HTMLInputElement[] {
  return [...group.querySelectorAll('input')];
}
