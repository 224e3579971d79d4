import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { openMetricsType } from './open-metrics.ts';

export interface MetricsHandlerOptions {
  readonly metrics: Pick<Metrics, 'admits'>;
  readonly write: () => string;
}

/** Answers `/metrics`, on the port of the proxy or on one of its own. */
export function createMetricsHandler({ metrics, write }: MetricsHandlerOptions) {
  return ({ method, url, headers }: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('Cache-Control', 'no-store');
    if (!/^[^?]*\/metrics(\?|$)/.test(url ?? '')) {
      end(404, 'Only /metrics is here.');
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      end(405, 'Wanted GET.');
    } else if (!metrics.admits(headers.authorization)) {
      response.setHeader('WWW-Authenticate', 'Bearer realm="rasa-signup metrics"');
      end(401, 'Wanted METRICS_TOKEN: Authorization: Bearer …');
    } else {
      end(200, write(), openMetricsType);
    }

    function end(status: number, body: string, type = 'text/plain; charset=utf-8'): void {
      response.writeHead(status, { 'Content-Type': type }).end(method === 'HEAD' ? undefined : body);
    }
  };
}
