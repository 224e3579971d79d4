import type { z } from 'zod';
import type { Scope } from '../contacts/tokens.ts';
import type { problemCodes } from '../http/problem.ts';

export type Code = (typeof problemCodes)[number];
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The groups of the document and of its page, in their order. */
export const tags = {
  forms: 'What a form offers to pages and their visitors. Needs no token.',
  contacts: 'Contacts from applications, and what became of them. Needs a token of the proxy.',
  analytics: 'rasa.io’s figures, for dashboards. Needs a token of the proxy.',
  events: 'What happened to sign-ups and contacts. Needs a token of the proxy.',
  service: 'Health, metrics, and this description.',
} as const;

/** A body in one media type. */
export interface Content {
  readonly schema: z.ZodType;
  readonly example?: Json;
}

type Contents = Readonly<Record<string, Content>>;

export interface Response {
  readonly about: string;
  readonly content?: Contents;
  /** Headers that clients act on, with their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call as a person types it. What is left out is taken from the operation. */
export interface Sample {
  /** What it does, where an operation has several. */
  readonly about?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The media type of the body; the first one of the operation by default. */
  readonly media?: string;
}

/** One method of one path, as the description needs it. Its schemas are zod's. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly id: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly about?: string;
  /** The scope that a token needs; `metrics`: METRICS_TOKEN. Without it the operation is public. */
  readonly access?: Scope | 'metrics';
  readonly parameters?: Readonly<Partial<Record<'path' | 'query' | 'header', z.ZodObject>>>;
  readonly body?: Contents;
  readonly responses: Readonly<Record<number, Response>>;
  /** Beside those that every operation has. */
  readonly problems: readonly Code[];
  /** Browsers get problems as pages too. */
  readonly hasPages?: boolean;
  /** Empty for what only browsers ask for. */
  readonly samples: readonly Sample[];
}
