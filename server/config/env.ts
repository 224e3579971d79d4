import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import type { SecretSource } from '../system/secret.ts';
import { settings, type Setting } from './settings.ts';

/** Variables as the process has them, or as a test gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

export type SettingName = keyof typeof settings;
export type SettingValue<N extends SettingName> = z.output<(typeof settings)[N]['schema']>;

/** The configuration is wrong; `message` lists every fault, each with variable, found and wanted. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Reads settings one by one and gathers what is wrong with them. A secret, and whatever belongs to one, may be given
 * as `NAME_FILE` instead, the path of a file that holds it, as Docker, Kubernetes and systemd hand them over.
 */
export interface EnvReader {
  /** `suffix` makes it another variable of the same kind. On a fault the value is of no type at all: ask `faults` first. */
  readonly read: <N extends SettingName>(name: N, suffix?: string) => SettingValue<N>;
  /** Whether the variable is there, or its `_FILE`. */
  readonly isSet: (name: string) => boolean;
  readonly source: (name: string) => SecretSource;
  readonly faults: string[];
  /** The files that were read. */
  readonly files: string[];
}

export function createEnvReader(env: Env, readFile: (path: string) => string = readText): EnvReader {
  const faults: string[] = [];
  const files: string[] = [];
  return {
    faults,
    files,

    read<N extends SettingName>(name: N, suffix = '') {
      const { schema, wanted, secret, file }: Setting<unknown> = settings[name];
      const variable = name + suffix;
      const found = file ? valueOrContent(variable, wanted) : value(variable);
      const result = schema.safeParse(found);
      if (!result.success) {
        const shown = secret ? 'a value (not shown)' : JSON.stringify(withoutUser(found));
        faults.push(`${variable}: found ${shown}, wanted ${wanted}.`);
      }
      return result.data as SettingValue<N>;
    },

    isSet: (name) => value(name) !== undefined || value(`${name}_FILE`) !== undefined,

    source(name) {
      const file = value(`${name}_FILE`);
      return file === undefined ? { variable: name } : { variable: `${name}_FILE`, file };
    },
  };

  function valueOrContent(variable: string, wanted: string): string | undefined {
    const path = value(`${variable}_FILE`);
    if (path === undefined) return value(variable);
    if (value(variable) !== undefined) {
      faults.push(`${variable}: found both ${variable} and ${variable}_FILE, wanted one of them.`);
      return undefined;
    }
    files.push(path);
    try {
      const content = readFile(path).trim();
      if (/^.+$/.test(content)) return content;
      const found = content === '' ? 'nothing' : 'several lines';
      faults.push(`${variable}_FILE: found ${found} in ${JSON.stringify(path)}, wanted ${wanted}.`);
    } catch (error) {
      faults.push(`${variable}_FILE: found ${unreadable(path, error)}.`);
    }
    return undefined;
  }

  /** Compose files and shells hand on empty variables where nothing was meant. */
  function value(name: string): string | undefined {
    return env[name] === '' ? undefined : env[name];
  }
}

/** `env`, and what it lacks from the file behind `--env-file`. Throws a ConfigError where that cannot be read. */
export function withEnvFile(env: Env, path: string | undefined): Env {
  if (path === undefined) return env;
  try {
    return { ...parseEnv(readText(path)), ...env };
  } catch (error) {
    throw new ConfigError([
      `--env-file: found ${JSON.stringify(path)}, wanted a file that can be read: ${String(error)}.`,
    ]);
  }
}

/** An address may have a password before its host, and is no less wrong without it. */
function withoutUser(text: string | undefined): string | undefined {
  return text?.replace(/\/\/[^/?#\s]*@/g, '//…@');
}

/**
 * The path and why it cannot be read; but where no file is of a name that does not look like a path, it may well be
 * the secret itself, set in the wrong variable.
 */
function unreadable(path: string, error: unknown): string {
  if (!/^([./~]|[a-z]:[\\/])/i.test(path)) {
    return 'a value that is the path of no file (not shown, as it may be the secret itself), wanted the path of one that can be read';
  }
  return `${JSON.stringify(path)}, wanted a file that can be read: ${String(error)}`;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
