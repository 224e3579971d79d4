import { pino, type DestinationStream, type Logger } from 'pino';
import { LogOutput } from './log-output.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Property names that hold a secret in headers, bodies and options. */
const secretNames = [
  'authorization',
  'rasa-token',
  'token',
  'access_token',
  'password',
  'key',
  'apiKey',
  'clientSecret',
  'client_secret',
  'credentials',
];

/**
 * The log, as JSON lines (pino). A `Secret` prints as its fingerprint. As a second line of defence, the value
 * of every property whose name is in `secretNames` is replaced by `[redacted]`, down to the third level.
 */
export function createLog(level: LogLevel, stream: DestinationStream): Logger {
  const paths = ['', '*.', '*.*.'].flatMap((above) =>
    secretNames.map((name) => (name.includes('-') ? `${above.slice(0, -1)}["${name}"]` : above + name)),
  );
  const options = { level, redact: { paths, censor: '[redacted]' } };
  return pino(options, stream);
}

/** Standard output as a place for log lines; it may fail without stopping the product. */
export function openLogOutput(process: Pick<NodeJS.Process, 'on' | 'stdout' | 'stderr'>): LogOutput {
  // Whoever writes words to a closed pipe would end the process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const output = new LogOutput({
    fd: standardOutput,
    describeLoss(lines, reason) {
      let text = '';
      createLog('warn', { write: (line) => (text = line) }).warn(
        { lines, reason },
        'Lines of the log are missing here: they could not be written.',
      );
      return text;
    },
  });
  process.on('exit', () => {
    output.flushSync();
  });
  return output;
}

const standardOutput = 1;
