import type { Result } from '../database.ts';
import type { EncodedMarks, EncodedRun } from '../encoding.ts';
import type { PackedCallers, PackedOutcomes } from './packing.ts';
import type { PlainError } from './plain-error.ts';

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
