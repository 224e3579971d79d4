import { parseEnv } from 'node:util';
import { readText } from '../system/files.ts';
import { ConfigError, type Env } from './env.ts';

/**
 * `env`, completed with variables from the file given as `--env-file`. Throws a ConfigError if the file
 * cannot be read.
 */
export function withEnvFile(env: Env, path: string | undefined): Env {
  return path === undefined ? env : { ...parseEnv(withLineFeeds(readEnvFile(path))), ...env };
}

/**
 * What is read differently from how it looks: a value without quotes ends at `#`, as it does for Node's own
 * `--env-file`; a quote that is not closed, or that stands inside the value; `\\n` in double quotes; a name
 * that stands twice; bytes that are not UTF-8; a line of another form, as in YAML. Names variables and lines,
 * never values. Empty where the file cannot be read.
 */
export function envFileWarnings(path: string): readonly string[] {
  const names = new Set<string>();
  return withoutQuoted(withLineFeeds(readTextOr(path, '')))
    .split('\n')
    .flatMap((line, index) => {
      if (/^\s*(#|$)/.test(line)) return [];
      const [, name, value = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) return [`Line ${index + 1} of ${path} is not read: it is not NAME=value.`];
      const warnings = [warningOf(name, value) ?? []].flat();
      if (names.has(name)) warnings.push(`${name} stands in it more than once. The last one counts.`);
      names.add(name);
      return warnings;
    });
}

function warningOf(name: string, value: string): string | undefined {
  if (value.includes('\ufffd'))
    return `${name}: the value has bytes that are not UTF-8. Save the file as UTF-8.`;
  if (value.startsWith(lineEndInQuotes))
    return `${name}: \\n in double quotes is read as a line end. For a path write single quotes.`;
  if (new RegExp(`^${inQuotes}[ \\t]*[^\\s#]`).test(value))
    return (
      `${name}: what stands behind the second quote is not read. If that quote belongs to the value, put another ` +
      'kind of quotes around the whole value.'
    );
  if (/^["'`]/.test(value)) return `${name}: the quote before the value is not closed on any line.`;
  // After a blank a comment is what most people mean.
  if (!/[^\s#]#|^#\S/.test(value.replace(new RegExp(`^${inQuotes}`), ''))) return undefined;
  return (
    `${name}: the value ends before the #, since it is not in quotes. If the # belongs to it, write ${name}='…' around ` +
    'the whole value.'
  );
}

/** What `withoutQuoted` writes for a value in quotes. */
const inQuotes = '\u0001';
const lineEndInQuotes = '\u0002';

/** The text with nothing between quotes but the ends of lines, which a value in quotes may have. */
function withoutQuoted(text: string): string {
  return text.replace(/(=[ \t]*)(["'`])([^]*?)\2/g, (_all, before: string, quote, value: string) => {
    const isChanged = quote === '"' && value.includes('\\n');
    return before + (isChanged ? lineEndInQuotes : inQuotes) + value.replace(/[^\n\ufffd]/g, '');
  });
}

/** Node reads a file with the line ends of old Macs as one line. */
function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
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
