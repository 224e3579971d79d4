import { limits } from '../../shared/form.ts';
import type { BuiltInField } from '../../shared/messages/messages.ts';
import type { FormSpec, TypedSpec } from './form-spec.ts';
import { languages } from './languages.ts';

type BuiltIn = Pick<TypedSpec, 'type' | 'required' | 'maxLength' | 'autocomplete'>;

/** The fields that a form can use by name, without a description. */
export const builtInFields: Readonly<Record<BuiltInField, BuiltIn>> = {
  email: { type: 'email', required: true, maxLength: limits.email, autocomplete: 'email' },
  first_name: { type: 'text', required: false, maxLength: limits.name, autocomplete: 'given-name' },
  last_name: { type: 'text', required: false, maxLength: limits.name, autocomplete: 'family-name' },
};

export const builtInNames = Object.keys(builtInFields) as BuiltInField[];

export function builtInField(name: BuiltInField): TypedSpec {
  return {
    name,
    attribute: name,
    label: { builtIn: name },
    help: undefined,
    placeholder: undefined,
    pattern: undefined,
    min: undefined,
    max: undefined,
    issues: {},
    ...builtInFields[name],
  };
}

/** The form that is served without a forms file. */
export const newsletter: FormSpec = {
  id: 'newsletter',
  account: undefined,
  languages,
  title: undefined,
  intro: undefined,
  brand: undefined,
  fields: builtInNames.map(builtInField),
  texts: {},
  constants: {},
  resubscribe: [],
  confirm: 'never',
  confirmedAt: undefined,
  consentReceipt: undefined,
  confirmMail: undefined,
  notify: undefined,
  redirect: undefined,
  thankYouPages: [],
  origins: undefined,
  rates: {},
};
