import type { Result } from '../database.ts';
import type { EncodedMarks, EncodedRun } from '../engine/encoding.ts';
import type { PackedCallers, PackedOutcomes } from './packing.ts';
import {
  AlreadySeen,
  ConstraintViolated,
  ExpectationFailed,
  NewerSchema,
  StoreRefused,
  StoreUnavailable,
} from '../errors.ts';

/** What the worker is asked to do. */
export type Request =
  | { readonly do: 'open' }
  | { readonly do: 'write'; readonly callers: PackedCallers }
  | { readonly do: 'read'; readonly run: EncodedRun }
  | { readonly do: 'haveSeen'; readonly marks: EncodedMarks }
  | { readonly do: 'tidy' }
  | { readonly do: 'backUp'; readonly path: string }
  | { readonly do: 'check' }
  | { readonly do: 'close' };

/** What each request is answered with. */
export interface Answers {
  open: undefined;
  write: PackedOutcomes;
  read: Result;
  haveSeen: readonly boolean[];
  tidy: undefined;
  backUp: undefined;
  check: readonly string[];
  close: undefined;
}

export interface RequestMessage {
  readonly id: number;
  readonly request: Request;
}

export type AnswerMessage =
  { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: PlainError };

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
