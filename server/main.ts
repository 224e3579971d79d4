import { pino } from 'pino';
import { builtDir } from './assets.ts';
import { ConfigError, readConfig } from './config.ts';
import { openService, type Service } from './service.ts';

/** `npm start`: reads the environment, runs the product until it is asked to stop, and says in plain words what it does. */
try {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel });
  const service = await openService({ config, log, builtDir });
  if (!config.production) process.stdout.write(welcome(service));
  if (service.sandbox) log.warn({ sandbox: service.sandbox.url }, 'Sandbox: sign-ups do not reach rasa.io.');
  log.info({ url: service.url }, 'Listening.');

  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, 'Stopping: open answers are finished first. Again to stop at once.');
      void service.close().then(() => {
        log.info('Stopped.');
        process.exit(0);
      });
    });
  }
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function welcome({ url, sandbox }: Service): string {
  const lines = sandbox
    ? [
        'No rasa.io credentials are set, so a sandbox stands in for rasa.io: sign-ups stay on this machine.',
        '',
        `  Your form          ${url}`,
        `  Sandbox contacts   ${sandbox.url}`,
        ...(sandbox.firstKey === 'made'
          ? [`  Sandbox API key    ${sandbox.credentials.apiKey ?? ''} (shown once)`]
          : []),
        '',
        'For the real thing set RASA_USERNAME, RASA_PASSWORD, RASA_API_KEY and ALLOWED_ORIGINS.',
      ]
    : ['Sign-ups go to rasa.io.', '', `  Your form   ${url}`];
  return `\n${lines.join('\n')}\n\n`;
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, port, message, stack } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port ?? ''} is taken by another program. Stop that one, or set PORT (or SANDBOX_PORT) to a free one.`;
  }
  return code === undefined ? (stack ?? message) : message;
}
