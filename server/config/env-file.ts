import { parseEnv } from 'node:util';
import { readText } from '../system/files.ts';
import { ConfigError, type Env } from './env.ts';

/**
 * `env`, completed with variables from the file given as `--env-file`. Throws a ConfigError if the file
 * cannot be read.
 */
export function withEnvFile(env: Env, path: string | undefined): Env {
  return path === undefined ? env : { ...parseEnv(readEnvFile(path)), ...env };
}

/**
 * What is read differently from how it looks: a value without quotes ends at `#`, as it does for Node's own
 * `--env-file`. Names variables, never values. Empty where the file cannot be read.
 */
export function envFileWarnings(path: string): readonly string[] {
  const text = readTextOr(path, '');
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    // After a blank a comment is what most people mean.
    if (name === undefined || /^["'`]/.test(value) || !/[^\s#]#/.test(value)) return [];
    return [
      `${name}: the value ends before the #, since it is not in quotes. If the # belongs to it, write ${name}='…' around ` +
        'the whole value.',
    ];
  });
}

function readEnvFile(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    throw new ConfigError([
      `--env-file: found ${JSON.stringify(path)}, wanted a file that can be read: ${String(error)}.`,
    ]);
  }
}

function readTextOr(path: string, fallback: string): string {
  try {
    return readText(path);
  } catch {
    // `withEnvFile` reports it.
    return fallback;
  }
}
