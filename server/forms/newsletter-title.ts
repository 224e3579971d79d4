import type { Messages } from '../../shared/messages/messages.ts';
import type { FieldSpec } from './form-spec.ts';
import type { Forms } from './forms.ts';

/** An account that a form offers, with the field and its value for it. */
export interface OfferedNewsletter {
  readonly account: string;
  readonly name: string;
  readonly value: string;
}

export function newslettersIn(fields: readonly FieldSpec[]): readonly OfferedNewsletter[] {
  return fields.flatMap((field) =>
    field.type === 'newsletters'
      ? field.options.map(({ account, value }) => ({ account, name: field.name, value }))
      : [],
  );
}

/**
 * What people know an account's newsletter by: its label in a form that offers several, else the title of a
 * form that adds to it. `undefined` where no form has a title of its own.
 *
 * @param isFirst whether it is the account of forms that name none.
 */
export function newsletterTitle(
  forms: Pick<Forms, 'all'>,
  { account, isFirst }: { readonly account: string; readonly isFirst: boolean },
  words: Messages,
): string | undefined {
  const labels = forms.all().flatMap((form) =>
    form.newsletters
      .filter((one) => one.account === account)
      .flatMap(({ name, value }) => {
        const field = form.definitionIn(words).fields.find((each) => each.name === name);
        const options = field && 'options' in field ? field.options : [];
        return options.filter((option) => option.value === value).map(({ label }) => label);
      }),
  );
  const titles = forms
    .all()
    .filter((form) => (form.account ?? (isFirst ? account : undefined)) === account)
    .map((form) => form.definitionIn(words).title)
    .filter((title) => title !== words.hosted.title);
  return [...labels, ...titles][0];
}
