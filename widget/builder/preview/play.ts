import type { Moment } from '../view.ts';

export interface Scene {
  readonly moment: Moment;
  /** Whether the form has to be opened first. */
  readonly isOverPage: boolean;
  /** The container of the widget. */
  readonly place: HTMLElement;
}

/**
 * Brings a new widget to a moment by acting like a visitor. Resolves when the widget is there, and will not
 * take the focus any more.
 */
export async function play(widget: HTMLElement, { moment, isOverPage, place }: Scene): Promise<void> {
  if (moment === 'unavailable') return;
  const form = (await appears(widget, 'form')) as HTMLFormElement | undefined;
  if (!form) return;
  if (isOverPage) {
    widget.shadowRoot?.querySelector<HTMLElement>('[part~=opener]')?.click();
    await appears(widget, 'dialog:is([open], :popover-open)');
  }
  if (moment === 'empty') return;
  place.inert = true;
  if (moment !== 'error') fillIn(form);
  form.requestSubmit();
  await appears(widget, results[moment]);
  await settled();
  place.inert = false;
}

/** What a form has that was submitted. */
const results = {
  error: '[aria-invalid=true]',
  sending: '[part~=button]',
  confirm: '.confirm',
  success: '.status:not(:empty)',
} as const satisfies Partial<Record<Moment, string>>;

/** The first such element of a widget, or undefined once the widget has been replaced. */
function appears(widget: HTMLElement, selector: string): Promise<Element | undefined> {
  return new Promise((resolve) => {
    const look = () => {
      const found = widget.shadowRoot?.querySelector(selector);
      if (!widget.isConnected) resolve(undefined);
      else if (found) resolve(found);
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Fills in all required fields with values that pass the checks. */
function fillIn(form: HTMLFormElement): void {
  for (const control of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[name]')) {
    if (control.tabIndex < 0) continue;
    if (control instanceof HTMLSelectElement) control.selectedIndex = control.options.length - 1;
    else if (control.type === 'checkbox' || control.type === 'radio') control.checked = true;
    else {
      // A value that matches the pattern cannot be derived, and nothing is sent.
      control.removeAttribute('pattern');
      const sample = control.autocomplete === 'family-name' ? 'Lovelace' : (samples[control.type] ?? 'Ada');
      control.value = control.min || control.max || sample;
    }
  }
}

const samples: Readonly<Record<string, string>> = {
  email: 'ada@example.com',
  url: 'https://example.com',
  tel: '+1 555 0100',
  number: '1',
  date: '2000-01-01',
};

function settled(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
