import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
} from '../errors.ts';

/** An error's own fields: sent as it is, an error arrives without its class. */
export type PlainError = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly message: string;
};

export function toPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return Object.assign<PlainError, object>({ name, message, stack }, { ...(error as object) });
}

const classes: Readonly<Record<string, { readonly prototype: Error }>> = {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
};

export function fromPlain({ name, message, ...fields }: PlainError): Error {
  const error = new Error(message);
  const known = classes[name];
  // The classes' constructors make the message; here it is there already.
  if (known) Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, fields, { name });
}
