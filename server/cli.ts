#!/usr/bin/env -S node --enable-source-maps --
import { hostname } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { readAccountNames } from './config/accounts/accounts.ts';
import { readConfig } from './config/config.ts';
import { withEnvFile } from './config/env-file.ts';
import { ConfigError, type Env } from './config/env.ts';
import { checkForms, showForms } from './commands/forms.ts';
import { showKeys } from './commands/keys.ts';
import { failToStart } from './system/lifecycle.ts';
import {
  createOutboxCommands,
  type Filter,
  type OutboxCommands,
  type Output,
  type Selection,
} from './commands/outbox.ts';
import type { GetOptions, RasaCommands } from './commands/rasa.ts';
import { openStoreCommands, storePlaceOf, type StoreCommands } from './commands/store.ts';
import { createTokenCommands, type NewTokenOptions, type TokenCommands } from './commands/tokens.ts';
import { scopes, type Scope } from './contacts/tokens.ts';
import { readVersion } from './system/version.ts';
import { readUrl } from './system/urls.ts';
import { duration } from './config/setting-schemas.ts';
import type { ExitCode } from './commands/terminal.ts';

/** The `rasa-signup` command. */
const program = new Command('rasa-signup')
  .description('Commands for operators of the sign-up proxy.')
  .version(readVersion(), '-V, --version', 'print the version')
  .option('--env-file <path>', 'also read variables from this file; the environment takes precedence')
  .showSuggestionAfterError()
  .showHelpAfterError('(Use --help for details.)')
  .addHelpText('after', '\nExamples:\n  $ rasa-signup doctor\n  $ rasa-signup outbox list');

program
  .command('doctor')
  .description('find what keeps sign-ups from arriving, and how to fix it; changes nothing')
  .argument('[pages...]', 'URLs of pages that embed the form, to check them too', someAddresses)
  .option('--url <address>', 'URL of the proxy as visitors reach it, to check it from outside', someAddress)
  .option('--json', 'print JSON on a terminal too')
  .addHelpText(
    'after',
    '\nReads the same variables as the proxy, and works while the proxy runs or not. Prints text on a terminal, JSON\n' +
      'elsewhere. The exit code is 1 if there is a fault, else 0, also with warnings.\n' +
      '\nExamples:\n  $ rasa-signup --env-file production.env doctor\n' +
      '  $ rasa-signup doctor --url https://signup.example.com https://www.example.com/newsletter\n' +
      '  $ rasa-signup doctor | jq ".checks[].findings[] | select(.is == \\"fault\\")"',
  )
  .action(runDoctor);

program
  .command('keys')
  .description(
    "show which of the running proxy's credentials are in use; prints a table on a terminal, JSON elsewhere",
  )
  .option('--json', 'print JSON on a terminal too')
  .addHelpText(
    'after',
    '\nReads what the proxies have written into the database. Shows fingerprints, never keys.\n' +
      '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup keys',
  )
  .action(runKeys);

program
  .command('builder')
  .description('the builder, where marketers adapt the form')
  .command('link')
  .description('print the link that opens the builder, where it needs one (BUILDER=token)')
  .addHelpText(
    'after',
    '\nReads the same variables as the proxy, which has to have run once.\n' +
      '\nExample:\n  $ rasa-signup --env-file production.env builder link',
  )
  .action(runBuilderLink);

const forms = program
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
  .action(runFormsCheck);

forms
  .command('show')
  .description(
    'show what the forms ask, and where each answer goes; prints tables on a terminal, JSON elsewhere',
  )
  .argument('[id]', 'id of one form; default: all forms')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText('after', '\nExample:\n  $ FORMS_FILE=forms.json rasa-signup forms show newsletter')
  .action(runFormsShow);

program
  .command('sandbox')
  .description('run the sandbox without the proxy (SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR)')
  .option('--json', 'print the settings for a proxy as JSON, instead of lines for a shell')
  .addHelpText('after', '\nExample:\n  $ SANDBOX_PORT=9000 rasa-signup sandbox')
  .action(async ({ json }: Output) => {
    // Imported only here: the sandbox's pages take longer to load than any other command takes to run.
    const { runSandbox } = await import('./commands/sandbox.ts');
    await runSandbox(environment(), { json, process });
  });

const outbox = program
  .command('outbox')
  .description('manage the sign-ups that rasa.io refused, which the proxy has set aside')
  .addHelpText(
    'after',
    '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
      '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup outbox list',
  );

withFilters(outbox.command('list'))
  .description('list refused sign-ups, oldest first; prints a table on a terminal, a JSON array elsewhere')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText(
    'after',
    '\nExamples:\n  $ rasa-signup outbox list --older-than 7d\n  $ rasa-signup outbox list | jq -r ".[].email"',
  )
  .action((options: Filter & Output) => runOutbox((commands) => commands.list(options)));

outbox
  .command('show')
  .description('show everything about one refused sign-up; prints text on a terminal, JSON elsewhere')
  .argument('<id>', 'id from `outbox list`')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText('after', '\nExample:\n  $ rasa-signup outbox show 7f0c2b1e-51a4-4c55-9d55-0a4f6a7b3c21')
  .action((id: string, options: Output) => runOutbox((commands) => commands.show(id, options)));

withFilters(outbox.command('replay'))
  .description('send refused sign-ups again, through the running proxy or at its next start')
  .argument('[ids...]', 'ids from `outbox list`')
  .option('--all', 'all sign-ups that are set aside')
  .option('--json', 'print the ids as JSON: {"replayed":[ids]}')
  .addHelpText(
    'after',
    '\nNeeds ids, or a filter, or --all. Write an id that begins with - after --.\n' +
      '\nExample:\n  $ rasa-signup outbox replay --reason "no such segment"',
  )
  .action((ids: string[], options: Selection & Output) =>
    runOutbox((commands) => commands.replay(ids, options)),
  );

withFilters(outbox.command('purge'))
  .description('delete refused sign-ups permanently')
  .argument('[ids...]', 'ids from `outbox list`')
  .option('--all', 'all sign-ups that are set aside')
  .option('--yes', 'do not ask for confirmation; required without a terminal')
  .option('--json', 'print the ids as JSON: {"purged":[ids]}')
  .addHelpText(
    'after',
    '\nNeeds ids, or a filter, or --all. Write an id that begins with - after --.\n' +
      '\nExample:\n  $ rasa-signup outbox purge --older-than 90d --yes',
  )
  .action((ids: string[], options: Selection & Output & { readonly yes?: boolean }) =>
    runOutbox((commands) => commands.purge(ids, options)),
  );

const rasa = program
  .command('rasa')
  .description('look at an account at rasa.io: reads only')
  .option('--account <name>', 'which one, where ACCOUNTS declares several', someText)
  .addHelpText(
    'after',
    '\nReads the same variables as the proxy. Where the proxy has its database here, calls wait for their turn with its\n' +
      'own, deliveries first.\n' +
      '\nExample:\n  $ rasa-signup --env-file production.env rasa whoami',
  );

rasa
  .command('whoami')
  .description('show each set of credentials: fingerprint, account, newsletter, how long a token lives')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText(
    'after',
    '\nThe exit code is 1 if rasa.io takes none of them.\n\nExample:\n  $ rasa-signup rasa whoami',
  )
  .action((options: Output) => runRasa((commands) => commands.whoAmI(options)));

rasa
  .command('get')
  .description('print the answer to an authorized GET as JSON; it may contain personal data')
  .argument('<path>', 'below /v1/ or /v2/, such as /v1/communities')
  .option('--all', 'all items, page after page, without their wrapping')
  .option('--ndjson', 'with --all: one item per line')
  .option('--page-size <n>', 'with --all: how many to ask for at once; 50 by default', someCount)
  .addHelpText(
    'after',
    '\nExamples:\n  $ rasa-signup rasa get /v1/communities\n' +
      '  $ rasa-signup rasa get "/v1/persons?updated_since=2026-11-01 00:00:00" --all --ndjson | wc -l',
  )
  .action((path: string, options: GetOptions) => runRasa((commands) => commands.get(path, options)));

rasa
  .command('check')
  .description('try every documented read once, and report what differs from docs/rasa-api.md')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText(
    'after',
    '\nThe report has names, kinds of values and counts, and no personal data: it can be sent to support.\n' +
      '\nExample:\n  $ rasa-signup rasa check --json > report.json',
  )
  .action((options: Output) => runRasa((commands) => commands.check(options)));

const store = program
  .command('store')
  .description('look after the database that keeps sign-ups')
  .addHelpText(
    'after',
    '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
      '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup store check',
  );

store
  .command('backup')
  .description('copy the SQLite database, as it is now, into a new file; PostgreSQL has pg_dump')
  .argument('<file>', 'must not exist yet')
  .addHelpText(
    'after',
    '\nA copy is of no use without its key: keep OUTBOX_KEY, or the file store-key in DATA_DIR, apart from it.\n' +
      '\nExample:\n  $ rasa-signup store backup /backup/rasa-signup-$(date +%F).db',
  )
  .action((file: string) => runStore((commands) => commands.backUp(file)));

store
  .command('check')
  .description('read the whole database and say what is damaged or sealed with a key that is not given')
  .addHelpText('after', '\nExample:\n  $ rasa-signup store check')
  .action(() => runStore((commands) => commands.check()));

store
  .command('rekey')
  .description('seal what is stored with OUTBOX_KEY where OUTBOX_KEY_PREVIOUS has sealed it')
  .addHelpText(
    'after',
    '\nAfter it OUTBOX_KEY_PREVIOUS, or the file store-key, can be destroyed. May be repeated, also beside a running proxy.\n' +
      '\nExample:\n  $ OUTBOX_KEY=… OUTBOX_KEY_PREVIOUS=… rasa-signup store rekey',
  )
  .action(() => runStore((commands) => commands.rekey()));

store
  .command('move')
  .description('move everything to another database: from SQLite to PostgreSQL, or back')
  .requiredOption('--to <place>', 'postgres://user@host/database, or a directory for a SQLite file', someText)
  .addHelpText(
    'after',
    '\nStop the proxies first: one that still runs answers 503 from then on. Run it again if it was interrupted.\n' +
      'Give a password of PostgreSQL as PGPASSWORD, not in the URL. PostgreSQL needs OUTBOX_KEY.\n' +
      '\nExample:\n  $ rasa-signup store move --to postgres://signup@db.example.com/signup',
  )
  .action(async ({ to }: { readonly to: string }) => {
    const { moveStoreTo } = await import('./commands/move-store.ts');
    process.exitCode = await moveStoreTo({ place: storePlaceOf(environment()), to, stdout: process.stdout });
  });

const tokens = program
  .command('tokens')
  .description('manage the tokens with which applications reach the HTTP API')
  .addHelpText(
    'after',
    '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY, ACCOUNTS.\n' +
      '\nExample:\n  $ rasa-signup tokens create shop --scope contacts:write --expires 90d',
  );

tokens
  .command('create')
  .description('make a token and print it; it is not shown again')
  .argument('<name>', 'what `tokens list` and `tokens revoke` call it', someName)
  .requiredOption('--scope <scopes>', `what it allows, separated by commas: ${scopes.join(', ')}`, someScopes)
  .option(
    '--expires <time>',
    'how long it is valid, such as 90d (s, m, h or d); default: until revoked',
    someTime,
  )
  .option('--account <name>', 'the account that its contacts are for, one of ACCOUNTS; default: the only one')
  .option('--json', 'print JSON: {"token":…,"name":…,"account":…,"scopes":[…],"expires":…}')
  .addHelpText(
    'after',
    '\nExample:\n  $ RASA_SIGNUP_TOKEN=$(rasa-signup tokens create shop --scope contacts:write,contacts:read)',
  )
  .action((name: string, options: NewTokenOptions) =>
    runTokens((commands) => commands.create(name, options)),
  );

tokens
  .command('list')
  .description('list all tokens and their last use; prints a table on a terminal, a JSON array elsewhere')
  .option('--json', 'print JSON on a terminal too')
  .addHelpText('after', '\nNever shows the tokens themselves.\n\nExample:\n  $ rasa-signup tokens list')
  .action((options: Output) => runTokens((commands) => commands.list(options)));

tokens
  .command('revoke')
  .description('make a token invalid, at every proxy that shares the database, from the next request on')
  .argument('<name>', 'name from `tokens list`')
  .addHelpText('after', '\nExample:\n  $ rasa-signup tokens revoke shop')
  .action((name: string) => runTokens((commands) => commands.revoke(name)));

// If the reader closes the pipe, as `head` does, the command ends.
process.stdout.on('error', () => process.exit());
await program.parseAsync().catch((error: unknown) => failToStart(process, error));

function withFilters(command: Command): Command {
  return command
    .option('--form <id>', 'only sign-ups of this form', someText)
    .option(
      '--reason <text>',
      'only those whose message from rasa.io contains this text, ignoring case',
      someText,
    )
    .option(
      '--older-than <time>',
      'only those refused longer ago than this, such as 7d (s, m, h or d)',
      someTime,
    );
}

/** An empty text would match everything. It usually comes from an unset variable in a script. */
function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Wanted a text that is not empty.');
  return text;
}

function someTime(text: string): number {
  const { data } = duration.safeParse(text);
  if (data === undefined) throw new InvalidArgumentError('Wanted a time such as 7d (s, m, h or d).');
  return data;
}

function someCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Wanted a number from 1 to 99999.');
  return Number(text);
}

function someName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Wanted 1 to 64 letters, digits, dots, - and _.');
}

function someScopes(text: string): readonly Scope[] {
  const names = text.split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  const unknown = names.filter((name) => !known.some((scope) => scope === name));
  if (unknown.length === 0) return known;
  throw new InvalidArgumentError(
    `Wanted some of ${scopes.join(', ')}, separated by commas, not ${JSON.stringify(unknown[0])}.`,
  );
}

function someAddress(text: string): string {
  if (!/^https?:$/.test(readUrl(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('Wanted a URL such as https://www.example.com/page.');
  }
  return text;
}

function someAddresses(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, someAddress(text)];
}

function environment(): Env {
  return withEnvFile(process.env, envFile());
}

function envFile(): string | undefined {
  return program.opts<{ envFile?: string }>().envFile;
}

async function runDoctor(pages: readonly string[], { url, json }: Output & { readonly url?: string }) {
  // Imported only here: the other commands do not need the modules that read pages.
  const [{ builtDir }, { startChecks }, { printChecks }] = await Promise.all([
    import('./http/static-files.ts'),
    import('./doctor/doctor.ts'),
    import('./commands/doctor.ts'),
  ]);
  const checks = startChecks({
    env: process.env,
    envFile: envFile(),
    pages,
    publicUrl: url,
    builtDir,
    process,
  });
  const { stdout } = process;
  const colours = stdout.isTTY && stdout.hasColors();
  process.exitCode = await printChecks(checks, { stdout, json, colours });
}

async function runBuilderLink(): Promise<void> {
  const { printBuilderLink } = await import('./commands/builder.ts');
  const { BUILDER, NODE_ENV = '', PUBLIC_URL, PORT } = environment();
  // The credentials are not read: whoever makes links for marketers may not have them.
  const { builder, publicUrl, port } = readConfig({ BUILDER, PUBLIC_URL, PORT });
  const isOpen = (BUILDER ?? '') === '' && NODE_ENV.trim() !== 'production';
  process.exitCode = await printBuilderLink({
    place: storePlaceOf(environment()),
    mode: (BUILDER ?? '') === '' && !isOpen ? 'token' : builder,
    url: publicUrl ?? `http://localhost:${port}`,
    streams: process,
  });
}

async function runKeys({ json }: Output): Promise<void> {
  await runStore(({ database }) => showKeys({ database, json, host: hostname(), process }));
}

function runFormsCheck(file: string | undefined, { json }: Output): void {
  const { FORMS_FILE, THANK_YOU_PAGES } = environment();
  const path = file ?? FORMS_FILE;
  if (path === undefined || path === '') {
    throw new ConfigError([
      'FORMS_FILE: found nothing, wanted the path of a forms file, in this variable or as an argument.',
    ]);
  }
  const { thankYouPages } = readConfig({ THANK_YOU_PAGES });
  // Where the file is checked, the proxy's settings may not be set.
  const accounts = readAccountNames(environment());
  process.exitCode = checkForms(path, { json, thankYouPages, accounts, streams: process });
}

function runFormsShow(id: string | undefined, { json }: Output): void {
  const { ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES } = environment();
  const { forms } = readConfig({ ACCOUNTS, FORMS_FILE, THANK_YOU_PAGES });
  process.exitCode = showForms(forms.specs, id, { json, streams: process });
}

async function runOutbox(run: (commands: OutboxCommands) => Promise<ExitCode>): Promise<void> {
  await runStore(async (store) =>
    run(createOutboxCommands({ deadLetters: store.deadLetters(), streams: process })),
  );
}

async function runRasa(run: (commands: RasaCommands) => Promise<ExitCode>): Promise<void> {
  const { openRasaCommands } = await import('./commands/rasa.ts');
  const stopping = new AbortController();
  // The token is then revoked all the same; a second time ends the process at once.
  process.once('SIGINT', () => {
    stopping.abort();
  });
  const { account } = rasa.opts<{ account?: string }>();
  const commands = await openRasaCommands({
    env: environment(),
    account,
    streams: process,
    stop: stopping.signal,
  });
  try {
    process.exitCode = await run(commands);
  } finally {
    await commands.close();
  }
}

async function runTokens(run: (commands: TokenCommands) => Promise<ExitCode>): Promise<void> {
  const accounts = readAccountNames(environment());
  await runStore(async (store) =>
    run(createTokenCommands({ tokens: store.tokens(), accounts, streams: process })),
  );
}

async function runStore(run: (store: StoreCommands) => Promise<ExitCode>): Promise<void> {
  const commands = await openStoreCommands({ place: storePlaceOf(environment()), streams: process });
  try {
    process.exitCode = await run(commands);
  } finally {
    await commands.close();
  }
}
