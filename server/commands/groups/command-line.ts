import { Command } from 'commander';
import { declareAlerts } from './alerts.ts';
import { declareAnalytics } from './analytics.ts';
import { declareBuilder } from './builder.ts';
import type { Cli } from './cli.ts';
import { declareConfirm } from './confirm.ts';
import { declareConsent } from './consent.ts';
import { declareContacts } from './contacts.ts';
import { declareDoctor } from './doctor.ts';
import { declareEvents } from './events.ts';
import { declareForms } from './forms.ts';
import { declareKeys } from './keys.ts';
import { declareOperator } from './operator.ts';
import { declareOutbox } from './outbox.ts';
import { declareRasa } from './rasa.ts';
import { declareSandbox } from './sandbox.ts';
import { declareStore } from './store.ts';
import { declareTokens } from './tokens.ts';
import { declareWebhooks } from './webhooks.ts';
import { readVersion } from '../../system/product.ts';

/** In the order in which --help shows them. */
const groups: readonly ((cli: Cli) => void)[] = [
  declareDoctor,
  declareKeys,
  declareBuilder,
  declareForms,
  declareSandbox,
  declareOperator,
  declareOutbox,
  declareContacts,
  declareRasa,
  declareAnalytics,
  declareStore,
  declareTokens,
  declareWebhooks,
  declareConfirm,
  declareConsent,
  declareEvents,
  declareAlerts,
];
/**
 * The `rasa-signup` command in `process`. Each group of commands declares itself. `program` is where, with
 * what is to be the same in all of them.
 */
export function commandLine(process: NodeJS.Process, program = new Command()): Command {
  program
    .name('rasa-signup')
    .description('Commands for operators of the sign-up proxy.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--env-file <path>', 'also read variables from this file; the environment takes precedence')
    .showSuggestionAfterError()
    .showHelpAfterError('(Use --help for details.)')
    .addHelpText('after', '\nExamples:\n  $ rasa-signup doctor\n  $ rasa-signup outbox list');
  for (const declare of groups) declare({ program, process });
  return program;
}
