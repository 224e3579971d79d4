/** A valid forms file with every type of field that behaves differently. */
export const rightFile = {
  forms: {
    newsletter: { fields: ['email'] },
    events: {
      title: { en: 'Events', de: 'Termine' },
      fields: [
        'email',
        { name: 'first_name', required: true },
        { name: 'company', type: 'text', label: 'Company', pattern: '[A-Z].*' },
        { name: 'role', type: 'select', label: 'Role', options: ['Reader', { value: 'w', label: 'Writer' }] },
        { name: 'guests', type: 'number', label: 'Guests', min: 0, max: 10 },
        { name: 'day', type: 'date', label: 'Day', min: '2026-01-01', max: '2026-12-31' },
        { name: 'consent', type: 'checkbox', label: 'I agree', required: true, value: 'v1, {time}' },
        { name: 'campaign', type: 'hidden', from: '?utm_campaign' },
      ],
      attributes: { source: 'website' },
      resubscribe: 'with-consent',
      redirect: 'https://www.example.com/thanks',
      thankYouPages: ['https://www.example.com/thanks'],
      origins: ['https://www.example.com'],
      rates: { form: '100/1m' },
    },
  },
};

/**
 * The text of that file with another value at a path such as `forms.events.fields[2].type`. `undefined`
 * removes the member.
 */
export function mutated(path: string, value: unknown): string {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  return JSON.stringify(change(rightFile, steps, value), null, 2);
}

function change(before: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  const after = rest.length === 0 ? value : change(Reflect.get(before as object, step), rest, value);
  if (Array.isArray(before)) return before.with(Number(step), after);
  return { ...(before as object), [step]: after };
}
