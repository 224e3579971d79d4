import { InvalidArgumentError, type Command } from 'commander';
import { withEnvFile } from '../../config/env-file.ts';
import type { Env } from '../../config/env.ts';
import { storedSpelling } from '../../forms/email-address.ts';
import { duration } from '../../config/setting-schemas.ts';
import { readUrl } from '../../system/urls.ts';
import { openStoreCommands, storePlaceOf, type StoreCommands } from '../store.ts';
import type { ExitCode } from '../terminal.ts';

/** What a group of commands gets: where it declares itself, and the process that it runs in. */
export interface Cli {
  readonly program: Command;
  readonly process: NodeJS.Process;
}

/** The variables of the process, and those of `--env-file`. */
export function environmentOf({ program, process }: Cli): Env {
  return withEnvFile(process.env, envFileOf(program));
}

export function envFileOf(program: Command): string | undefined {
  return program.opts<{ envFile?: string }>().envFile;
}

/** Runs a command on the database that the variables name, and closes it. */
export async function withStore(cli: Cli, run: (store: StoreCommands) => Promise<ExitCode>): Promise<void> {
  const { process } = cli;
  const commands = await openStoreCommands({ place: storePlaceOf(environmentOf(cli)), streams: process });
  try {
    process.exitCode = await run(commands);
  } finally {
    await commands.close();
  }
}

/** An empty text would match everything. It usually comes from an unset variable in a script. */
export function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Wanted a text that is not empty.');
  return text;
}

/** The address of a person, as it is kept here. */
export function someEmail(text: string): string {
  return storedSpelling(someText(text));
}

/** In ms. */
export function someTime(text: string): number {
  const { data } = duration.safeParse(text);
  if (data === undefined) throw new InvalidArgumentError('Wanted a time such as 7d (s, m, h or d).');
  return data;
}

export function someCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Wanted a number from 1 to 99999.');
  return Number(text);
}

export function someName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Wanted 1 to 64 letters, digits, dots, - and _.');
}

export function someAddress(text: string): string {
  if (!/^https?:$/.test(readUrl(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('Wanted a URL such as https://www.example.com/page.');
  }
  return text;
}

export function someAddresses(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, someAddress(text)];
}
