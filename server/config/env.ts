import type { z } from 'zod';
import type { SecretSource } from '../system/secret.ts';
import { readText } from '../system/files.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import { variableOfAccount } from './accounts/variables.ts';

/** Environment variables, from the process or from a test. */
export type Env = Readonly<Record<string, string | undefined>>;

export type SettingName = keyof typeof settings;
export type SettingValue<N extends SettingName> = z.output<(typeof settings)[N]['schema']>;

/**
 * The configuration is wrong. `message` lists every fault with the variable, the value found and
 * the value wanted.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  /** `hints` may explain the faults, such as a variable that is misspelt. */
  constructor(faults: readonly string[], hints: readonly string[] = []) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        [...faults, ...hints].map((words) => `  - ${words}`).join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Reads settings one by one and collects the faults. A secret, and any value that belongs to one, may be
 * given as `NAME_FILE` instead: the path of a file that contains it, as Docker, Kubernetes and systemd
 * provide secrets.
 */
export interface EnvReader {
  /**
   * Reads one setting. `suffix` is appended to the name, for numbered variables of the same kind. After a
   * fault the returned value does not have the declared type: check `faults` before using any value.
   */
  readonly read: <N extends SettingName>(name: N, suffix?: string) => SettingValue<N>;
  /** Whether the variable or its `_FILE` variant is set. */
  readonly isSet: (name: string) => boolean;
  readonly source: (name: string) => SecretSource;
  /** The variable that is read for a name: another one for the settings of a named account. */
  readonly variable: (name: string) => string;
  /** The variables that are set. */
  readonly names: readonly string[];
  /** Reads this account's own variables where there are such. Faults and files are collected together. */
  readonly forAccount: (account: string) => EnvReader;
  readonly faults: string[];
  /** Paths of the files that were read. */
  readonly files: string[];
}

/** Without blanks, line ends and characters that cannot be seen at its ends: they come along when copied. */
export function trimmed(text: string): string {
  return text.replace(/^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu, '');
}

interface ReaderOptions {
  readonly faults?: string[];
  readonly files?: string[];
  readonly account?: string;
}

export function createEnvReader(
  env: Env,
  readFile: (path: string) => string = readText,
  { faults = [], files = [], account }: ReaderOptions = {},
): EnvReader {
  const variableOf = (name: string) => (account === undefined ? name : variableOfAccount(account, name));
  return {
    faults,
    files,
    variable: variableOf,
    names: Object.keys(env).filter((name) => value(name) !== undefined),
    forAccount: (other) => createEnvReader(env, readFile, { faults, files, account: other }),

    read<N extends SettingName>(name: N, suffix = '') {
      const { schema, wanted, secret, file }: Setting<unknown> = settings[name];
      const variable = variableOf(name + suffix);
      const found = file ? valueOrContent(variable, wanted) : value(variable);
      const result = schema.safeParse(found);
      if (!result.success) {
        const shown = secret ? 'a value (not shown)' : JSON.stringify(withoutUser(found));
        faults.push(`${variable}: found ${shown}, wanted ${wanted}.`);
      }
      return result.data as SettingValue<N>;
    },

    isSet: (name) => value(variableOf(name)) !== undefined || value(`${variableOf(name)}_FILE`) !== undefined,

    source(name) {
      const variable = variableOf(name);
      const file = value(`${variable}_FILE`);
      return file === undefined ? { variable } : { variable: `${variable}_FILE`, file };
    },
  };

  function valueOrContent(variable: string, wanted: string): string | undefined {
    const path = value(`${variable}_FILE`);
    if (path === undefined) return value(variable);
    if (value(variable) !== undefined) {
      faults.push(`${variable}: found both ${variable} and ${variable}_FILE, wanted one of them.`);
    }
    files.push(path);
    try {
      const content = trimmed(readFile(path));
      if (/^.+$/.test(content)) return content;
      const found = content === '' ? 'nothing' : 'several lines';
      faults.push(`${variable}_FILE: found ${found} in ${JSON.stringify(path)}, wanted ${wanted}.`);
    } catch (error) {
      faults.push(`${variable}_FILE: found ${unreadable(path, error)}.`);
    }
    return undefined;
  }

  /**
   * `trimmed`: blanks and newlines at the ends come from `echo … | base64`, from a Windows shell or a form on
   * a web page; files are read the same way. An empty variable counts as not set, because Compose
   * files and shells pass on unset variables as empty ones.
   */
  function value(name: string): string | undefined {
    const { lowerCase }: Partial<Setting<unknown>> = name in settings ? settings[name as SettingName] : {};
    const found = [...(lowerCase ? [name.toLowerCase()] : []), name].map((each) => trimmed(env[each] ?? ''));
    return found.find((text) => text !== '');
  }
}

/** Hides user name and password in URLs. The fault is just as clear without them. */
function withoutUser(text: string | undefined): string | undefined {
  return text?.replace(/\/\/[^/?#\s]*@/g, '//…@');
}

/**
 * Describes a file that cannot be read: its path and the reason. A value that does not look like a path is
 * not shown, because it may be the secret itself, set in the wrong variable.
 */
function unreadable(path: string, error: unknown): string {
  if (!/^([./~]|[a-z]:[\\/])/i.test(path)) {
    return 'a value that is not the path of a file (not shown, as it may be the secret itself), wanted the path of a file that can be read';
  }
  return `${JSON.stringify(path)}, wanted a file that can be read: ${String(error)}`;
}
