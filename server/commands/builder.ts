import { pino } from 'pino';
import { createBuilderGate, type BuilderMode } from '../http/builder-gate.ts';
import { openPlace, refuseMissing, type StorePlace } from '../outbox/place.ts';
import { ServerSecrets } from '../store/secrets/server-secrets.ts';
import type { ExitCode, TextStream } from './terminal.ts';

export interface BuilderLinkOptions {
  readonly place: StorePlace;
  readonly mode: BuilderMode;
  /** Where the proxy is, without a trailing slash. */
  readonly url: string;
  readonly streams: { readonly stdout: TextStream; readonly stderr: TextStream };
}

/** `rasa-signup builder link`: prints the link that opens the builder, with its token if it needs one. */
export async function printBuilderLink({ place, mode, url, streams }: BuilderLinkOptions): Promise<ExitCode> {
  if (mode === 'off') {
    streams.stderr.write(
      'The builder is closed for everyone. Set BUILDER=token and start the proxy again.\n',
    );
    return 1;
  }
  await refuseMissing(place);
  const database = await openPlace(place, { log: pino({ level: 'silent' }) });
  try {
    const { query } = createBuilderGate(mode, await new ServerSecrets({ database }).get('builder'));
    streams.stdout.write(`${url}/${query}\n`);
    return 0;
  } finally {
    await database.close();
  }
}
