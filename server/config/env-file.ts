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
 * `--env-file`; a quote that is not closed; a line of another form, as in YAML. Names variables and lines,
 * never values. Empty where the file cannot be read.
 */
export function envFileWarnings(path: string): readonly string[] {
  const lines = withoutQuoted(readTextOr(path, '')).split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const [, name, value = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) return [`Line ${index + 1} of ${path} is not read: it is not NAME=value.`];
    if (/^["'`]/.test(value)) return [`${name}: the quote before the value is not closed on any line.`];
    // After a blank a comment is what most people mean.
    if (!/[^\s#]#/.test(value)) return [];
    return [
      `${name}: the value ends before the #, since it is not in quotes. If the # belongs to it, write ${name}='…' around ` +
        'the whole value.',
    ];
  });
}

/** The text with nothing between quotes but the ends of lines, which a value in quotes may have. */
function withoutQuoted(text: string): string {
  return text.replace(/(=[ \t]*)(["'`])([^]*?)\2/g, (_all, before: string, _quote, value: string) => {
    return before + value.replace(/[^\n]/g, '');
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
