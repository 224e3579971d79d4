import { z } from 'zod';
import { problem, problemCodes } from '../http/problem.ts';
import { contactOperations } from './contact-operations.ts';
import { curlOf } from './curl.ts';
import { problemDetail } from './form-schemas.ts';
import { formOperations } from './form-operations.ts';
import { tags, type Code, type Content, type Json, type Operation, type Response } from './operation.ts';
import { readOperations } from './read-operations.ts';
import { serviceOperations } from './service-operations.ts';
import { apiProblemTexts, problemTexts } from './texts.ts';

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface MediaType {
  readonly schema: Schema;
  readonly example?: Json;
}

export interface DescribedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface DescribedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
  /** Shown by many viewers beside the operation. */
  readonly 'x-codeSamples'?: readonly {
    readonly lang: 'Shell';
    readonly label: string;
    readonly source: string;
  }[];
}

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as far as this product fills it. */
export interface OpenApi {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<'title' | 'version' | 'summary' | 'description', string>> & {
    readonly license: Readonly<Record<'name' | 'identifier', string>>;
  };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

const operations: readonly Operation[] = [
  ...formOperations,
  ...contactOperations,
  ...readOperations,
  ...serviceOperations,
];

export interface DescriptionOptions {
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly version: string;
}

/** Describes every public route of this proxy. The schemas are made from zod's. */
export function describeApi({ publicUrl, version }: DescriptionOptions): OpenApi {
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, publicUrl) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'rasa-signup',
      version,
      summary: 'Sign-up forms, contacts, analytics and events for rasa.io.',
      description:
        'The HTTP API of the proxy that holds the rasa.io key. Every answer that is not described otherwise is a ' +
        'problem detail (RFC 9457) with a `code`; clients act on the code. Tokens are made with ' +
        '`rasa-signup tokens create` and belong on a server: no answer of `/api/` has CORS headers.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: jsonSchemaOf(problemDetail, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the proxy, made with `rasa-signup tokens create NAME --scope …`.',
        },
        metrics: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN.' },
      },
    },
  };
}

function describe(operation: Operation, publicUrl: string): DescribedOperation {
  const { id, tag, summary, about, access, body, samples } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(about !== undefined && { description: about }),
    security: access === undefined ? [] : [access === 'metrics' ? { metrics: [] } : { token: [access] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body, 'input') } }),
    responses: responsesOf(operation),
    ...(samples.length > 0 && {
      'x-codeSamples': samples.map((sample) => ({
        lang: 'Shell' as const,
        label: sample.about ?? 'curl',
        source: curlOf(operation, sample, publicUrl),
      })),
    }),
  };
}

function parametersOf({ parameters = {} }: Operation): readonly DescribedParameter[] {
  return (['path', 'query', 'header'] as const).flatMap((place) =>
    Object.entries(parameters[place]?.shape ?? {}).map(([name, type]): DescribedParameter => {
      const { description, ...schema } = jsonSchemaOf(type as z.ZodType, 'input');
      const required = !(type as z.ZodType).safeParse(undefined).success;
      return { name, in: place, required, ...(typeof description === 'string' && { description }), schema };
    }),
  );
}

/** Any request can be ambiguous, and any answer can meet a bug. */
const everywhere: readonly Code[] = ['malformed', 'internal'];
const withToken: readonly Code[] = ['unauthorized', 'forbidden', 'rate_limited'];

function responsesOf({
  responses,
  problems,
  access,
  hasPages = false,
}: Operation): DescribedOperation['responses'] {
  const codes = [
    ...everywhere,
    ...problems,
    ...(access === undefined || access === 'metrics' ? [] : withToken),
  ];
  const described: Record<string, DescribedResponse> = {};
  for (const [status, { about, content, headers }] of Object.entries(responses)) {
    described[status] = {
      description: about,
      ...(headers && { headers: headersOf(headers) }),
      ...(content && { content: contentOf(content, 'output') }),
    };
  }
  for (const status of new Set(codes.map((code) => problem(code).status))) {
    const refusal = refusalOf(
      problemCodes.filter((code) => codes.includes(code) && problem(code).status === status),
      hasPages,
    );
    const own = described[status];
    described[status] = own ? { ...own, content: { ...own.content, ...refusal.content } } : refusal;
  }
  return described;
}

function refusalOf(codes: readonly Code[], hasPages: boolean): DescribedResponse {
  const [first] = codes;
  const headers: Record<string, string> = {
    'X-Request-Id': 'By which the log of the proxy names the request.',
    ...(codes.some((code) => retried.includes(code)) && { 'Retry-After': 'Seconds.' }),
    ...(codes.includes('unauthorized') && { 'WWW-Authenticate': 'RFC 6750.' }),
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${textOf(code)}`).join('\n\n'),
    headers: headersOf(headers),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { enum: codes } } },
          ],
        },
        ...(first && { example: { ...problem(first), request_id: '0af7651916cd43dd8448eb211c80319c' } }),
      },
      ...(hasPages && { 'text/html': { schema: { type: 'string' } } }),
    },
  };
}

const retried: readonly Code[] = ['rate_limited', 'unavailable', 'idempotency_in_progress'];

function textOf(code: Code): string {
  return { ...problemTexts, ...apiProblemTexts }[code];
}

function headersOf(headers: NonNullable<Response['headers']>): NonNullable<DescribedResponse['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function contentOf(contents: Readonly<Record<string, Content>>, io: 'input' | 'output') {
  return Object.fromEntries(
    Object.entries(contents).map(([media, { schema, example }]): [string, MediaType] => [
      media,
      { schema: jsonSchemaOf(schema, io), ...(example !== undefined && { example }) },
    ]),
  );
}

/** zod's own JSON Schema, without what only repeats `format`, and in answers the limits of JavaScript. */
function jsonSchemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, {
    io,
    override({ jsonSchema }) {
      if (/^(date|date-time|uuid)$/.test(jsonSchema.format ?? '')) delete jsonSchema.pattern;
      if (io === 'input') return;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return schema;
}
