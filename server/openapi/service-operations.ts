import { z } from 'zod';
import type { Operation } from './operation.ts';

const health = {
  status: z.enum(['ok', 'degraded', 'unavailable']),
  reasons: z.array(z.string()).meta({ description: 'As docs/operating.md lists them.' }),
};
const text = { 'text/plain': { schema: z.string() } };
const about =
  'For the check of a load balancer. Refused credentials and a rasa.io that is away do not count.';

/** What monitoring and tools ask for. */
export const serviceOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    id: 'getHealth',
    tag: 'service',
    summary: 'Whether all is well',
    about: 'Always 200 while the process answers.',
    responses: {
      200: {
        about: 'The state, and where sign-ups go.',
        content: {
          'application/json': {
            schema: z.strictObject({
              ...health,
              upstream: z.enum(['rasa.io', 'sandbox']),
              sandbox: z.string().optional().meta({ description: 'The URL of its contacts page.' }),
            }),
            example: { status: 'ok', reasons: [], upstream: 'rasa.io' },
          },
        },
      },
    },
    problems: [],
    samples: [{}],
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'getReadiness',
    tag: 'service',
    summary: 'Whether this proxy accepts sign-ups',
    about,
    responses: {
      200: { about: 'It does.', content: { 'application/json': { schema: z.strictObject(health) } } },
      503: { about: 'It does not.', content: { 'application/json': { schema: z.strictObject(health) } } },
    },
    problems: [],
    samples: [{}],
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'getMetrics',
    tag: 'service',
    summary: 'Metrics in OpenMetrics text',
    about: 'With `METRICS_TOKEN`; otherwise nothing is here. `METRICS_PORT` moves it to a port of its own.',
    access: 'metrics',
    responses: {
      200: {
        about: 'As docs/metrics.md lists them.',
        content: { 'application/openmetrics-text': { schema: z.string() } },
      },
      401: { about: 'The token is missing or wrong.', content: text },
    },
    problems: ['not_found'],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'get',
    path: '/forms.schema.json',
    id: 'getFormsSchema',
    tag: 'service',
    summary: 'The JSON Schema of the forms file, for editors',
    responses: {
      200: { about: 'The schema.', content: { 'application/schema+json': { schema: z.looseObject({}) } } },
    },
    problems: [],
    samples: [{}],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'getDescription',
    tag: 'service',
    summary: 'This description, as OpenAPI 3.1',
    responses: {
      200: { about: 'The description.', content: { 'application/json': { schema: z.looseObject({}) } } },
    },
    problems: ['rate_limited'],
    hasPages: true,
    samples: [{}],
  },
  {
    method: 'get',
    path: '/docs',
    id: 'getDocs',
    tag: 'service',
    summary: 'This description, as a page',
    responses: { 200: { about: 'The page.', content: { 'text/html': { schema: z.string() } } } },
    problems: ['rate_limited'],
    hasPages: true,
    samples: [],
  },
];
