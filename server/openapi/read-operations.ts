import { z } from 'zod';
import { funnelColumnsBy, funnelGroups } from '../analytics/funnel/funnel.ts';
import type { funnelQueryNames } from '../analytics/funnel/funnel-query.ts';
import { intervals, presetNames, type QueryTexts } from '../analytics/query.ts';
import { columnsOf, type Column, type Report } from '../analytics/reports/report.ts';
import { reports } from '../analytics/reports/reports.ts';
import { eventTypes, type Event } from '../events/events.ts';
import { cursorPattern, type FeedPage } from '../events/feed.ts';
import type { Operation, Response } from './operation.ts';
import { typesPattern } from './texts.ts';

const days = {
  from: z.iso.date().optional().meta({ description: 'The first day.' }),
  to: z.iso.date().optional().meta({ description: 'The last day.' }),
  preset: z.enum(presetNames).optional().meta({ description: 'Instead of the two. Default: `past_month`.' }),
};
const format = z
  .string()
  .optional()
  .meta({ description: '`csv`: CSV, whatever `Accept` says.', examples: ['csv'] });
const flag = z.enum(['true', 'false']).optional();

const reportTexts: Readonly<Record<keyof QueryTexts, z.ZodType>> = {
  ...days,
  interval: z.enum(intervals).optional().meta({ description: 'For `activities`. Default: `day`.' }),
  segment: z.string().min(1).optional().meta({ description: 'The code of a segment.' }),
  timezone: z
    .string()
    .optional()
    .meta({ description: 'Whose days they are, such as `Europe/Berlin`. Default: UTC.' }),
  suspect_clicks: z.enum(['excluded', 'included']).optional().meta({
    description: 'Clicks that rasa.io takes for those of machines. Default: `excluded`.',
  }),
  active: flag.meta({ description: 'For `summary`: also count active subscribers.' }),
};

const funnelTexts: Readonly<Record<(typeof funnelQueryNames)[number], z.ZodType>> = {
  ...days,
  form: z.string().optional().meta({ description: 'Only this form.' }),
  by: z
    .string()
    .regex(new RegExp(`^$|^ *(?:${funnelGroups.join('|')}) *(?:, *(?:${funnelGroups.join('|')}) *)*$`))
    .optional()
    .meta({
      description: `Some of ${funnelGroups.join(', ')}, with commas between them; empty: everything in one row.`,
    }),
};

/** A cell as JSON has it: `null` where rasa.io did not say. */
function cellOf({ type, about }: Column): z.ZodType {
  const cells: Readonly<Record<Column['type'], z.ZodType>> = {
    text: z.string(),
    integer: z.int(),
    number: z.number(),
    percent: z.number(),
    flag: z.boolean(),
    time: z.iso.datetime(),
    day: z.iso.date(),
  };
  return cells[type].nullable().meta({ description: about });
}

function rowOf(columns: readonly Column[], optional: readonly string[]): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      columns.map((column) => {
        const cell = cellOf(column);
        return [column.name, optional.includes(column.name) ? cell.optional() : cell];
      }),
    ),
  );
}

function tableResponse(body: Readonly<Record<string, z.ZodType>>): Readonly<Record<number, Response>> {
  return {
    200: {
      about: 'The rows.',
      content: {
        'application/json': { schema: z.strictObject(body) },
        'text/csv': {
          schema: z.string().meta({ description: 'RFC 4180. What rasa.io did not say is empty.' }),
        },
      },
      headers: { ETag: 'For `If-None-Match`.', 'Cache-Control': 'How long the answer can be kept.' },
    },
    304: { about: 'Nothing has changed since the answer with this `ETag`.' },
  };
}

const day = z.iso.date();
const notes = z.array(z.string()).meta({ description: 'What readers of the figures should know.' });

function reportOperation({ name, about, columns }: Report): Operation {
  const rows = rowOf(columns, columnsOf({ columns }, false).length < columns.length ? ['email'] : []);
  return {
    method: 'get',
    path: `/api/analytics/${name}`,
    id: `get${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`,
    tag: 'analytics',
    summary: about.replace(/\.$/, ''),
    about:
      'Version 1 of rasa.io’s API only. Answers are kept for ten minutes, and for a day while rasa.io is away.',
    access: 'analytics:read',
    parameters: {
      query: z.strictObject({
        ...reportTexts,
        email: flag.meta({ description: '`true`: with addresses. Needs the scope `contacts:read` too.' }),
        format,
      }),
    },
    responses: tableResponse({
      report: z.literal(name),
      account: z.string(),
      from: day,
      to: day,
      interval: z.enum(intervals),
      segment: z.string(),
      timezone: z.string(),
      suspect_clicks: z.enum(['excluded', 'included']),
      fetched_at: z.iso.datetime(),
      stale: z.boolean().meta({ description: 'rasa.io has not answered since.' }),
      notes,
      rows: z.array(rows),
    }),
    problems: ['not_found', 'too_large', 'unavailable'],
    samples: [
      name === 'activities'
        ? { query: { preset: 'past_week', format: 'csv' } }
        : { query: { preset: 'past_week' } },
    ],
  };
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const event = z.strictObject({
  id: z.string(),
  type: z.enum(eventTypes),
  timestamp: z.iso.datetime(),
  data: z.object({ account: z.string() }).catchall(scalar),
}) satisfies z.ZodType<Event>;

/** What `server/routes/api/` answers. */
export const readOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/analytics/funnel',
    id: 'getFunnel',
    tag: 'analytics',
    summary: 'What visitors did with the forms',
    access: 'analytics:read',
    parameters: { query: z.strictObject({ ...funnelTexts, format }) },
    responses: tableResponse({
      report: z.literal('funnel'),
      account: z.string(),
      from: day,
      to: day,
      by: z.array(z.enum(funnelGroups)),
      form: z.string().nullable(),
      notes,
      rows: z.array(rowOf(funnelColumnsBy(funnelGroups), funnelGroups)),
    }),
    problems: ['unavailable'],
    samples: [{ query: { preset: 'past_week', by: 'form' } }],
  },
  ...Object.values(reports).map(reportOperation),
  {
    method: 'get',
    path: '/api/analytics/links/{secret}',
    id: 'getLinkedReport',
    tag: 'analytics',
    summary: 'The report of a link',
    about:
      'For programs that can send no header. The link decides what is asked, and no answer has an address. ' +
      'JSON and CSV are those of the report’s own route.',
    parameters: {
      path: z.object({
        secret: z.string().meta({ description: 'As `rasa-signup analytics` has printed it.' }),
      }),
      query: z.object({
        format: z
          .enum(['csv', 'json', 'svg', 'html'])
          .optional()
          .meta({ description: 'Else what `Accept` says, or `csv`. `svg` and `html` draw a chart.' }),
      }),
    },
    responses: {
      200: {
        about: 'The report.',
        content: {
          'text/csv': { schema: z.string() },
          'application/json': {
            schema: z.looseObject({ report: z.string(), rows: z.array(z.looseObject({})) }),
          },
          'image/svg+xml': { schema: z.string() },
          'text/html': { schema: z.string() },
        },
        headers: { ETag: 'For `If-None-Match`.', 'Cache-Control': 'How long the answer can be kept.' },
      },
      304: { about: 'Nothing has changed since the answer with this `ETag`.' },
    },
    problems: ['not_found', 'too_large', 'rate_limited', 'unavailable'],
    samples: [],
  },
  {
    method: 'get',
    path: '/api/events',
    id: 'getEvents',
    tag: 'events',
    summary: 'What happened, in order',
    about:
      'Up to 100 events of the token’s account, oldest first. Store `next` after you have handled them, and give ' +
      'it as `after` the next time. No event contains an address.',
    access: 'events:read',
    parameters: {
      query: z.object({
        after: z.string().regex(cursorPattern).optional().meta({
          description: '`next` of the last answer. Without it the feed begins with the oldest event.',
        }),
        types: z.string().regex(typesPattern).optional().meta({
          description: 'Only these, with commas between them: `signup.delivered`, or `signup.*`.',
        }),
        wait: z
          .string()
          .regex(/^(?:[0-2]?\d|30)$/)
          .optional()
          .meta({ description: 'Wait up to so many seconds for an event, 30 at most.' }),
      }),
    },
    responses: {
      200: {
        about: 'The events.',
        content: {
          'application/json': {
            schema: z.strictObject({
              events: z.array(event),
              next: z.string(),
            }) satisfies z.ZodType<FeedPage>,
            example: {
              events: [
                {
                  id: 'evt_019ac0de00007000800000000000000a_signup_delivered_mii3b2p0',
                  type: 'signup.delivered',
                  timestamp: '2026-11-27T02:00:00.000Z',
                  data: { account: 'main', id: '019ac0de-0000-7000-8000-00000000000a', form: 'newsletter' },
                },
              ],
              next: '17',
            },
          },
        },
      },
    },
    problems: ['cursor_lost', 'unavailable'],
    samples: [{ query: { types: 'signup.*' } }],
  },
];
