import type { Output } from '../outbox.ts';
import { environmentOf, type Cli } from './cli.ts';

export function declareSandbox(cli: Cli): void {
  const { program, process } = cli;
  program
    .command('sandbox')
    .description('run the sandbox without the proxy (SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR)')
    .option('--json', 'print the settings for a proxy as JSON, instead of lines for a shell')
    .addHelpText('after', '\nExample:\n  $ SANDBOX_PORT=9000 rasa-signup sandbox')
    .action(async ({ json }: Output) => {
      // Imported only here: the sandbox's pages take longer to load than any other command takes to run.
      const { runSandbox } = await import('../sandbox.ts');
      await runSandbox(environmentOf(cli), { json, process });
    });
}
