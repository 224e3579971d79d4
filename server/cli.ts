#!/usr/bin/env node
import { hostname } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from './config/config.ts';
import { ConfigError, withEnvFile, type Env } from './config/env.ts';
import { checkForms, showForms } from './commands/forms.ts';
import { showKeys } from './commands/keys.ts';
import { failToStart, onStopRequest } from './system/lifecycle.ts';
import {
  createOutboxCommands,
  type Filter,
  type OutboxCommands,
  type Output,
  type Selection,
} from './commands/outbox.ts';
import { openStoreCommands, type StoreCommands } from './commands/store.ts';
import { readUrl } from './system/urls.ts';
import { duration } from './config/setting-schemas.ts';
import type { ExitCode } from './commands/terminal.ts';

/** The `rasa-signup` command. */
const program = new Command('rasa-signup')
  .description('Tools for whoever runs the sign-up proxy.')
  .option('--env-file <path>', 'read variables from this file too; what is set in the environment wins')
  .showSuggestionAfterError()
  .showHelpAfterError('(--help says more.)')
  .addHelpText('after', '\nExamples:\n  $ rasa-signup doctor\n  $ rasa-signup outbox list');

program
  .command('doctor')
  .description('look for whatever keeps sign-ups from arriving, and say what to do; changes nothing')
  .argument('[pages...]', 'addresses of pages with the form: what would stop it there?', someAddresses)
  .option('--url <address>', 'of the proxy as visitors reach it, to look at it from outside', someAddress)
  .option('--json', 'JSON on a terminal too')
  .addHelpText(
    'after',
    '\nReads the variables that the proxy reads, and runs while the proxy runs or not: as words on a terminal, as JSON\n' +
      'elsewhere. Ends with 1 where there is a fault, with 0 where there are warnings at most.\n' +
      '\nExamples:\n  $ rasa-signup --env-file production.env doctor\n' +
      '  $ rasa-signup doctor --url https://signup.example.com https://www.example.com/newsletter\n' +
      '  $ rasa-signup doctor | jq ".checks[].findings[] | select(.is == \\"fault\\")"',
  )
  .action(runDoctor);

program
  .command('keys')
  .description(
    "show which of the running proxy's credentials are in use: as a table on a terminal, as JSON elsewhere",
  )
  .option('--json', 'JSON on a terminal too')
  .addHelpText(
    'after',
    '\nReads what the proxy has written into its database. Keys are told apart by fingerprints; none is shown.\n' +
      '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup keys',
  )
  .action(runKeys);

const forms = program
  .command('forms')
  .description('look at the forms file (FORMS_FILE) before the proxy does')
  .addHelpText('after', '\nExample:\n  $ rasa-signup forms check forms.json');

forms
  .command('check')
  .description(
    'say whether the proxy would take a forms file, and what is wrong with it; ends with 1 where anything is',
  )
  .argument('[file]', 'by default the one that FORMS_FILE names')
  .option('--json', 'JSON on a terminal too')
  .addHelpText(
    'after',
    '\nExamples:\n  $ rasa-signup forms check forms.json\n  $ rasa-signup forms check | jq -r ".faults[].field"',
  )
  .action(runFormsCheck);

forms
  .command('show')
  .description(
    'show what the forms ask visitors, and where each answer goes: as tables on a terminal, as JSON elsewhere',
  )
  .argument('[id]', 'of one form; by default all of them')
  .option('--json', 'JSON on a terminal too')
  .addHelpText('after', '\nExample:\n  $ FORMS_FILE=forms.json rasa-signup forms show newsletter')
  .action(runFormsShow);

program
  .command('sandbox')
  .description('run the stand-in for rasa.io alone (SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, DATA_DIR)')
  .addHelpText('after', '\nExample:\n  $ SANDBOX_PORT=9000 rasa-signup sandbox')
  .action(runSandbox);

const outbox = program
  .command('outbox')
  .description('look after the sign-ups that rasa.io refused and the proxy has set aside')
  .addHelpText(
    'after',
    '\nWorks while the proxy runs, and reads the same variables: DATA_DIR or DATABASE_URL, OUTBOX_KEY.\n' +
      '\nExample:\n  $ DATA_DIR=/var/lib/rasa-signup rasa-signup outbox list',
  );

withFilters(outbox.command('list'))
  .description('list refused sign-ups, oldest first: as a table on a terminal, as one JSON array elsewhere')
  .option('--json', 'JSON on a terminal too')
  .addHelpText(
    'after',
    '\nExamples:\n  $ rasa-signup outbox list --older-than 7d\n  $ rasa-signup outbox list | jq -r ".[].email"',
  )
  .action((options: Filter & Output) => runOutbox((commands) => commands.list(options)));

outbox
  .command('show')
  .description('show everything about one refused sign-up: as words on a terminal, as JSON elsewhere')
  .argument('<id>', 'as `outbox list` shows it')
  .option('--json', 'JSON on a terminal too')
  .addHelpText('after', '\nExample:\n  $ rasa-signup outbox show 7f0c2b1e-51a4-4c55-9d55-0a4f6a7b3c21')
  .action((id: string, options: Output) => runOutbox((commands) => commands.show(id, options)));

withFilters(outbox.command('replay'))
  .description('have refused sign-ups sent again, by the running proxy or by the next one that starts')
  .argument('[ids...]', 'as `outbox list` shows them')
  .option('--all', 'every one that is set aside')
  .option('--json', 'say which ones as JSON: {"replayed":[ids]}')
  .addHelpText(
    'after',
    '\nWants ids, or a filter, or --all. An id that begins with - is given after --.\n' +
      '\nExample:\n  $ rasa-signup outbox replay --reason "no such segment"',
  )
  .action((ids: string[], options: Selection & Output) =>
    runOutbox((commands) => commands.replay(ids, options)),
  );

withFilters(outbox.command('purge'))
  .description('delete refused sign-ups for ever')
  .argument('[ids...]', 'as `outbox list` shows them')
  .option('--all', 'every one that is set aside')
  .option('--yes', 'do not ask; needed where there is no terminal')
  .option('--json', 'say which ones as JSON: {"purged":[ids]}')
  .addHelpText(
    'after',
    '\nWants ids, or a filter, or --all. An id that begins with - is given after --.\n' +
      '\nExample:\n  $ rasa-signup outbox purge --older-than 90d --yes',
  )
  .action((ids: string[], options: Selection & Output & { readonly yes?: boolean }) =>
    runOutbox((commands) => commands.purge(ids, options)),
  );

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

// Whoever read our output has seen enough, as `head` has.
process.stdout.on('error', () => process.exit());
await program.parseAsync().catch((error: unknown) => failToStart(process, error));

function withFilters(command: Command): Command {
  return command
    .option('--form <id>', 'those of this form', someText)
    .option('--reason <text>', "those with this text in rasa.io's words, in whatever case", someText)
    .option('--older-than <time>', 'those refused longer ago than this, such as 7d (s, m, h or d)', someTime);
}

/** An empty text would match everything, which an unset variable in a script does not mean. */
function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Wanted some text.');
  return text;
}

function someTime(text: string): number {
  const { data } = duration.safeParse(text);
  if (data === undefined) throw new InvalidArgumentError('Wanted a time such as 7d (s, m, h or d).');
  return data;
}

function someAddress(text: string): string {
  if (!/^https?:$/.test(readUrl(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('Wanted an address such as https://www.example.com/page.');
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
  // Only here: what reads pages is of no use to the other commands.
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

async function runKeys({ json }: Output): Promise<void> {
  await runStore(({ database }) => showKeys({ database, json, host: hostname(), process }));
}

function runFormsCheck(file: string | undefined, { json }: Output): void {
  const { FORMS_FILE, THANK_YOU_PAGES } = environment();
  const path = file ?? FORMS_FILE;
  if (path === undefined || path === '') {
    throw new ConfigError([
      'FORMS_FILE: found nothing, wanted the path of a forms file, here or behind the command.',
    ]);
  }
  const { thankYouPages } = readConfig({ THANK_YOU_PAGES });
  process.exitCode = checkForms(path, { json, thankYouPages, streams: process });
}

function runFormsShow(id: string | undefined, { json }: Output): void {
  const { FORMS_FILE, THANK_YOU_PAGES } = environment();
  const { forms } = readConfig({ FORMS_FILE, THANK_YOU_PAGES });
  process.exitCode = showForms(forms.specs, id, { json, streams: process });
}

async function runOutbox(run: (commands: OutboxCommands) => Promise<ExitCode>): Promise<void> {
  await runStore(async (store) =>
    run(createOutboxCommands({ deadLetters: store.deadLetters(), streams: process })),
  );
}

async function runStore(run: (store: StoreCommands) => Promise<ExitCode>): Promise<void> {
  const env = environment();
  const names = ['DATABASE_URL', 'DATABASE_POOL', 'OUTBOX_KEY', 'OUTBOX_KEY_PREVIOUS'];
  const chosen = ['DATA_DIR', ...names, ...names.map((name) => `${name}_FILE`)];
  // Whatever else is set is the proxy's business; in particular no credentials are asked for.
  const { dataDir, store } = readConfig(Object.fromEntries(chosen.map((name) => [name, env[name]])));
  const commands = await openStoreCommands({ place: { dataDir, ...store }, streams: process });
  try {
    process.exitCode = await run(commands);
  } finally {
    await commands.close();
  }
}

async function runSandbox(): Promise<void> {
  // Only here: the sandbox's pages take longer to load than any other command takes to run.
  const [{ builtDir }, { openSandbox }] = await Promise.all([
    import('./http/static-files.ts'),
    import('./sandbox/sandbox.ts'),
  ]);
  const { SANDBOX_HOST, SANDBOX_PORT, SANDBOX_API_KEY, SANDBOX_API_KEY_FILE, DATA_DIR } = environment();
  // Whatever else is set is the proxy's business.
  const { upstream, dataDir } = readConfig({
    SANDBOX_HOST,
    SANDBOX_PORT,
    SANDBOX_API_KEY,
    SANDBOX_API_KEY_FILE,
    DATA_DIR,
  });
  if (upstream.is !== 'sandbox')
    throw new Error('unreachable: without credentials the upstream is the sandbox');
  const { host, port, apiKey } = upstream;
  const sandbox = await openSandbox({
    host,
    port,
    dataDir,
    builtDir,
    ...(apiKey && { apiKey: apiKey.reveal() }),
  });
  // Before the first word: whoever reads it may press Ctrl-C.
  onStopRequest(process, () => sandbox.close());

  const { username, password } = sandbox.credentials;
  const key =
    sandbox.firstKey === 'made'
      ? `${sandbox.credentials.apiKey ?? ''} (shown once)`
      : `as before; another one: ${sandbox.url}/settings/api-keys`;
  process.stdout.write(
    `\nThe sandbox stands in for rasa.io at ${sandbox.url}\n\n` +
      `  RASA_BASE_URL   ${sandbox.url}\n  RASA_USERNAME   ${username}\n  RASA_PASSWORD   ${password}\n  RASA_API_KEY    ${key}\n\n`,
  );
}
