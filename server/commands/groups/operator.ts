import { readConfig } from '../../config/config.ts';
import { linkMs, OperatorAccess } from '../../operator/access.ts';
import { environmentOf, withStore, type Cli } from './cli.ts';

export function declareOperator(cli: Cli): void {
  const { program, process } = cli;
  program
    .command('operator')
    .description('the operator page, which shows whether sign-ups arrive')
    .command('link')
    .description('print a link that opens the operator page once, without its password')
    .addHelpText(
      'after',
      `\nThe link is valid for ${linkMs / 60_000} minutes. Works while the proxy runs.\n` +
        '\nExample:\n  $ rasa-signup --env-file production.env operator link',
    )
    .action(() => {
      // The credentials are not read: who looks after the proxy may not have them.
      const { PUBLIC_URL, PORT } = environmentOf(cli);
      const { publicUrl, port } = readConfig({ PUBLIC_URL, PORT });
      return withStore(cli, async (store) => {
        const token = await new OperatorAccess({ database: store.writable }).makeLink();
        process.stdout.write(`${publicUrl ?? `http://localhost:${port}`}/operator?link=${token}\n`);
        return 0;
      });
    });
}
