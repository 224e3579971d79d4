import { readConfig } from '../../config/config.ts';
import { storePlaceOf } from '../store.ts';
import { environmentOf, type Cli } from './cli.ts';

export function declareBuilder(cli: Cli): void {
  cli.program
    .command('builder')
    .description('the builder, where marketers adapt the form')
    .command('link')
    .description('print the link that opens the builder, where it needs one (BUILDER=token)')
    .addHelpText(
      'after',
      '\nReads the same variables as the proxy, which has to have run once.\n' +
        '\nExample:\n  $ rasa-signup --env-file production.env builder link',
    )
    .action(() => runBuilderLink(cli));
}

async function runBuilderLink(cli: Cli): Promise<void> {
  const env = environmentOf(cli);
  const { printBuilderLink } = await import('../builder.ts');
  const { BUILDER, NODE_ENV = '', PUBLIC_URL, PORT } = env;
  // The credentials are not read: whoever makes links for marketers may not have them.
  const { builder, publicUrl, port } = readConfig({ BUILDER, PUBLIC_URL, PORT });
  const isOpen = (BUILDER ?? '') === '' && NODE_ENV.trim() !== 'production';
  cli.process.exitCode = await printBuilderLink({
    place: storePlaceOf(env),
    mode: (BUILDER ?? '') === '' && !isOpen ? 'token' : builder,
    url: publicUrl ?? `http://localhost:${port}`,
    streams: cli.process,
  });
}
