import type { Moment } from '../view.ts';

export interface Scene {
  readonly moment: Moment;
  /** Whether the form has to be opened first. */
  readonly isOverPage: boolean;
  /** The container of the widget. */
  readonly place: HTMLElement;
}

/** Brings a new widget to a moment by acting like a visitor, without taking the focus from the marketer. */
export async function play(widget: HTMLElement, { moment, isOverPage, place }: Scene): Promise<void> {
  if (moment === 'unavailable') return;
  const form = await formIn(widget);
  if (!widget.isConnected) return;
  if (isOverPage) widget.shadowRoot?.querySelector<HTMLElement>('[part~=opener]')?.click();
  if (moment === 'empty') return;
  place.inert = true;
  if (moment !== 'error') fillIn(form);
  form.requestSubmit();
  await settled();
  place.inert = false;
}

/** The form of a widget, once it has loaded. */
function formIn(widget: HTMLElement): Promise<HTMLFormElement> {
  return new Promise((resolve) => {
    const look = () => {
      const form = widget.shadowRoot?.querySelector('form');
      if (form) resolve(form);
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
      control.value = control.min || control.max || (samples[control.type] ?? 'Ada');
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
