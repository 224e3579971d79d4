import { readAccountNames } from '../../config/accounts/accounts.ts';
import { readConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/env.ts';
import { checkForms, showForms } from '../forms.ts';
import type { Output } from '../outbox.ts';
import { environmentOf, type Cli } from './cli.ts';

export function declareForms(cli: Cli): void {
  const forms = cli.program
    .command('forms')
    .description('check or show the forms file (FORMS_FILE)')
    .addHelpText('after', '\nExample:\n  $ rasa-signup forms check forms.json');

  forms
    .command('check')
    .description('check a forms file, and list every fault; the exit code is 1 if there is one')
    .argument('[file]', 'default: the file that FORMS_FILE names')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rasa-signup forms check forms.json\n  $ rasa-signup forms check | jq -r ".faults[].field"',
    )
    .action((file: string | undefined, options: Output) => {
      runFormsCheck(cli, file, options);
    });

  forms
    .command('show')
    .description(
      'show what the forms ask, and where each answer goes; prints tables on a terminal, JSON elsewhere',
    )
    .argument('[id]', 'id of one form; default: all forms')
    .option('--json', 'print JSON on a terminal too')
    .addHelpText('after', '\nExample:\n  $ FORMS_FILE=forms.json rasa-signup forms show newsletter')
    .action((id: string | undefined, options: Output) => {
      runFormsShow(cli, id, options);
    });
}

function runFormsCheck(cli: Cli, file: string | undefined, { json }: Output): void {
  const env = environmentOf(cli);
  const { FORMS_FILE, THANK_YOU_PAGES } = env;
  const path = file ?? FORMS_FILE;
  if (path === undefined || path === '') {
    throw new ConfigError([
      'FORMS_FILE: found nothing, wanted the path of a forms file, in this variable or as an argument.',
    ]);
  }
  const { thankYouPages } = readConfig({ THANK_YOU_PAGES });
  // Where the file is checked, the proxy's settings may not be set.
  const accounts = readAccountNames(env);
  cli.process.exitCode = checkForms(path, { json, thankYouPages, accounts, streams: cli.process });
}

function runFormsShow(cli: Cli, id: string | undefined, { json }: Output): void {
  const { ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES } = environmentOf(cli);
  const { forms } = readConfig({ ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES });
  cli.process.exitCode = showForms(forms.specs, id, { json, streams: cli.process });
}
