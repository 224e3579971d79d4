#!/usr/bin/env -S node --enable-source-maps --
import { Command } from 'commander';
import { declareAlerts } from './commands/groups/alerts.ts';
import { declareAnalytics } from './commands/groups/analytics.ts';
import { declareBuilder } from './commands/groups/builder.ts';
import type { Cli } from './commands/groups/cli.ts';
import { declareConfirm } from './commands/groups/confirm.ts';
import { declareConsent } from './commands/groups/consent.ts';
import { declareContacts } from './commands/groups/contacts.ts';
import { declareDoctor } from './commands/groups/doctor.ts';
import { declareEvents } from './commands/groups/events.ts';
import { declareForms } from './commands/groups/forms.ts';
import { declareKeys } from './commands/groups/keys.ts';
import { declareOperator } from './commands/groups/operator.ts';
import { declareOutbox } from './commands/groups/outbox.ts';
import { declareRasa } from './commands/groups/rasa.ts';
import { declareSandbox } from './commands/groups/sandbox.ts';
import { declareStore } from './commands/groups/store.ts';
import { declareTokens } from './commands/groups/tokens.ts';
import { declareWebhooks } from './commands/groups/webhooks.ts';
import { isCode } from './system/files.ts';
import { failToStart } from './system/lifecycle.ts';
import { readVersion } from './system/version.ts';

/** The `rasa-signup` command. Each group of commands declares itself. */
const program = new Command('rasa-signup')
  .description('Commands for operators of the sign-up proxy.')
  .version(readVersion(), '-V, --version', 'print the version')
  .option('--env-file <path>', 'also read variables from this file; the environment takes precedence')
  .showSuggestionAfterError()
  .showHelpAfterError('(Use --help for details.)')
  .addHelpText('after', '\nExamples:\n  $ rasa-signup doctor\n  $ rasa-signup outbox list');

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
for (const declare of groups) declare({ program, process });

// If the reader closes the pipe, as `head` does, the command ends. Where the output cannot be written for
// another reason, as on a full disk, whoever uses it must not take a part for the whole.
process.stdout.on('error', (error: Error) => {
  if (isCode(error, 'EPIPE')) process.exit();
  failToStart(process, `The output cannot be written: ${error.message}`);
});
await program.parseAsync().catch((error: unknown) => failToStart(process, error));
