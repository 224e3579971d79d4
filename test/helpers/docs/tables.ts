import { isDeepStrictEqual } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { reports } from '../../../server/analytics/reports/reports.ts';
import { jsonSchema } from '../../../server/config/forms-file/form-schema.ts';
import { unitMs } from '../../../server/config/setting-schemas.ts';
import type { Setting } from '../../../server/config/setting.ts';
import { settings } from '../../../server/config/settings.ts';
import type { Rate } from '../../../server/forms/form-spec.ts';
import { languages } from '../../../server/forms/languages.ts';
import { problem } from '../../../server/http/problem.ts';
import { metrics } from '../../../server/metrics/catalogue.ts';
import { suffixes } from '../../../server/metrics/open-metrics.ts';
import { impatienceFor } from '../../../server/http/request-limits.ts';
import { apiProblemTexts, envelopeTexts, problemTexts } from '../../../server/openapi/texts.ts';
import { routes } from '../../../server/sandbox/api/routes.ts';
import { faultExamples } from '../../../server/sandbox/control/fault-examples.ts';
import { variantNames, variants } from '../../../server/sandbox/control/variants.ts';
import { createTestAddresses } from '../../../server/signup/test-addresses.ts';
import { en } from '../../../shared/messages/en.ts';
import type { ProblemCode } from '../../../shared/signup.ts';
import { createManifest, elementOf } from '../../../widget/build/package/manifest.ts';
import { brandMembers, fieldMembers, fieldTypes, formMembers } from '../forms/forms-schema.ts';
import { elementTables } from './element-tables.ts';
import { code, listed, paragraph, table } from './markdown.ts';
import { healthTexts, testAddresses } from './texts.ts';

/**
 * Every generated section, by page and name: what `npm run docs` writes, and what the test expects to find.
 */
export async function generatedSections(): Promise<
  Readonly<Record<string, Readonly<Record<string, string>>>>
> {
  return {
    'docs/embedding.md': { ...elementTables(elementOf(createManifest())), languages: languageList() },
    'docs/forms.md': {
      'form members': table(
        ['member of a form', 'meaning'],
        formMembers().map(([name, about]) => [code(name), about]),
      ),
      'field members': table(
        ['member of a field', 'types', 'meaning'],
        fieldMembers().map(([name, types, about]) => [code(name), types, about]),
      ),
      'brand members': table(
        ['member of `brand`', 'meaning'],
        brandMembers().map(([name, about]) => [code(name), about]),
      ),
      'field types': table(
        ['type', 'meaning'],
        fieldTypes().map(([type, about]) => [code(type), about]),
      ),
    },
    'docs/analytics.md': Object.fromEntries(
      Object.values(reports).map(({ name, about, columns }) => [
        name,
        `${about}\n\n${table(
          ['column', 'type', 'meaning'],
          columns.map((column) => [code(column.name), column.type, column.about]),
        )}`,
      ]),
    ),
    'docs/configuration.md': { settings: settingsTable(), 'secret settings': secretSettings() },
    'docs/http-api.md': {
      envelope: table(
        ['name', 'value'],
        [
          [
            '`email`, `first_name`, `last_name`',
            'The fields of the built-in form; your own form has its own names.',
          ],
          ...Object.entries(envelopeTexts).map(([name, about]) => [code(name), about]),
        ],
      ),
      problems: problemsTable(),
      'api problems': apiProblemsTable(),
      ...malformedHttp(),
    },
    'docs/operating.md': {
      'health reasons': table(
        ['reason', '`status`', 'meaning'],
        Object.entries(healthTexts).map(([name, [status, about]]) => [code(name), code(status), about]),
      ),
    },
    'docs/metrics.md': {
      metrics: table(
        ['metric', 'type', 'labels', 'meaning'],
        Object.entries(metrics).map(([name, { type, labels, about }]) => [
          code(type === 'histogram' ? name : name + suffixes[type]),
          type,
          labels.map(code).join(', '),
          about,
        ]),
      ),
    },
    'docs/sandbox.md': {
      faults: table(
        ['fault', 'effect'],
        faultExamples.map(([json, about]) => [code(json), about]),
      ),
      'test addresses': await testAddressTable(),
      routes: table(
        ['call', 'asks for', 'source', 'what it does'],
        routes.map(({ method, path, access, source, about }) => [
          code(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
          accessTexts[access],
          source,
          about,
        ]),
      ),
      variants: table(
        ['variant', 'values, the first by default', 'what it decides'],
        variantNames.map((name) => [
          code(name),
          variants[name].values.map((value) => code(String(value))).join(', '),
          variants[name].about,
        ]),
      ),
    },
  };
}

/** docs/forms.schema.json: what `GET /forms.schema.json` answers, formatted as every file here is. */
export async function schemaFile(): Promise<string> {
  const path = 'docs/forms.schema.json';
  return format(JSON.stringify(jsonSchema()), { ...(await resolveConfig(path)), filepath: path });
}

export const problemCodes = Object.keys(en.texts.problems).filter(
  (name): name is ProblemCode => name !== 'unreachable',
);

function languageList(): string {
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const rows = languages.map(({ lang }) => `${names.of(lang) ?? lang} (${code(lang)})`).sort();
  return paragraph(`The form and all its pages are available in ${listed(rows)}.`);
}

function problemsTable(): string {
  return table(
    ['status', '`code`', 'when'],
    problemCodes.map((name) => [String(problem(name).status), code(name), problemTexts[name]]),
  );
}

function apiProblemsTable(): string {
  return table(
    ['status', '`code`', 'when'],
    (Object.keys(apiProblemTexts) as (keyof typeof apiProblemTexts)[]).map((name) => [
      String(problem(name).status),
      code(name),
      apiProblemTexts[name],
    ]),
  );
}

/** What Node does with the limits that the server gives it. */
function malformedHttp(): Readonly<Record<string, string>> {
  const limits = impatienceFor(false);
  const headerSize = `${limits.maxHeaderSize / 1024} KiB`;
  const seconds = (ms: number) => `${ms / 1000} s`;
  return {
    'malformed http': table(
      ['status', 'when'],
      [
        ['400', 'Anything that two readers could take for two different requests.'],
        [
          '408',
          `The headers took longer than ${seconds(limits.headersTimeout)}, or the whole request longer than ${seconds(limits.requestTimeout)}.`,
        ],
        ['413', 'Chunk extensions over 16 KiB.'],
        ['417', 'An `Expect` other than `100-continue`.'],
        ['431', `Headers over ${headerSize}.`],
      ],
    ),
    connections: paragraph(
      `\`CONNECT\` closes the connection without an answer. A connection is also closed after ${seconds(limits.keepAliveTimeout)} without a further request (${seconds(impatienceFor(1).keepAliveTimeout)} with \`TRUST_PROXY\`, so that your web server closes first), and after ${seconds(limits.timeout)} in which the answers are not read.`,
    ),
  };
}

async function testAddressTable(): Promise<string> {
  const answer = createTestAddresses({ waitMs: 0 });
  const rows = testAddresses.map(async ([name, about]) => {
    const address = `${name}@sandbox.test`;
    const part = await answer(address);
    if (!part) throw new Error(`${address} is not a test address.`);
    const { problem: refusal } = part;
    return [code(address), refusal ? `${refusal.status} ${code(refusal.code)}` : '202', about];
  });
  return table(['address', 'answer', 'what the form shows'], await Promise.all(rows));
}

const accessTexts = {
  account: 'Basic',
  v1: 'token of version 1',
  v2: 'token of version 2',
  none: 'nothing',
} as const;

const everySetting = Object.entries(settings) as [string, Setting<unknown>][];

function settingsTable(): string {
  return table(
    ['variable', 'default', 'meaning'],
    everySetting.map(([name, { about, schema }]) => [code(name), defaultOf(schema), about]),
  );
}

function secretSettings(): string {
  const names = everySetting.filter(([, { file }]) => file).map(([name]) => code(name));
  return paragraph(`${listed(names)}.`);
}

/** The default as an operator would write it: the text that the setting reads as its default. */
export function defaultOf(schema: Setting<unknown>['schema']): string {
  const value = schema.parse(undefined);
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  const isDefault = (text: string) => isDeepStrictEqual(schema.safeParse(text).data, value);
  const written = waysToWrite(value).findLast(isDefault);
  if (written === undefined) throw new Error(`No way to write the default ${JSON.stringify(value)}.`);
  return code(written);
}

/**
 * A text or number as it is, `false` as `off`, a time as `10m`, a rate as `30/10m`: in the largest unit that
 * is whole.
 */
function waysToWrite(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object') return [JSON.stringify(value), 'off', ...timesOf(Number(value))];
  const { limit, windowMs } = value as Rate;
  return timesOf(windowMs).map((time) => `${limit}/${time}`);
}

function timesOf(ms: number): readonly string[] {
  return Object.entries(unitMs).map(([unit, length]) => `${ms / length}${unit}`);
}
