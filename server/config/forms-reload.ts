import type { Logger } from 'pino';
import type { FormSpec } from '../forms/form-spec.ts';
import { watchFiles } from '../system/watch-files.ts';
import { missingOrigins, type Config } from './config.ts';
import { ConfigError } from './env.ts';
import { readFormsFile } from './forms-file/read.ts';

/**
 * Keeps the forms as the operator's file has them while the product runs. A file with a fault changes nothing: the
 * forms from before stay in force, and the log says what is wrong.
 */
export interface FormsReload {
  reload(): void;
  close(): Promise<void>;
}

export interface FormsReloadOptions {
  readonly config: Pick<Config, 'forms' | 'thankYouPages' | 'allowedOrigins' | 'upstream'>;
  readonly onReload: (specs: readonly FormSpec[]) => void;
  readonly log: Logger;
  /** Between two looks at the file; a change counts at the second look that finds it. */
  readonly intervalMs?: number | undefined;
}

export function startFormsReload({
  config,
  onReload,
  log,
  intervalMs = 1000,
}: FormsReloadOptions): FormsReload {
  const { file } = config.forms;
  if (file === undefined) return { reload: () => undefined, close: () => Promise.resolve() };
  const closing = new AbortController();
  let known = fingerprintOf(config.forms.specs);
  const watching = watchFiles({
    paths: () => [file],
    onChange: () => {
      reload(file, false);
    },
    intervalMs,
    stop: closing.signal,
  });
  return {
    reload: () => {
      reload(file, true);
    },
    async close() {
      closing.abort();
      await watching;
    },
  };

  function reload(path: string, isAsked: boolean): void {
    try {
      const specs = readFormsFile(path, config);
      const missing = config.allowedOrigins.length > 0 ? [] : missingOrigins(config.upstream, specs);
      if (missing.length > 0) throw new ConfigError(missing);
      const changed = fingerprintOf(specs) !== known;
      if (!changed && !isAsked) return;
      if (changed) onReload(specs);
      known = fingerprintOf(specs);
      log.info({ file: path, forms: specs.map(({ id }) => id), changed }, 'The forms were read again.');
    } catch (error) {
      // Anything but a ConfigError is a bug, which must not end a process that accepts sign-ups.
      const what = error instanceof ConfigError ? { faults: error.faults } : { err: error };
      log.error(what, 'The forms cannot be read again; those from before stay in force.');
    }
  }
}

/** Maps are what JSON leaves out, and languages hold all our words. */
function fingerprintOf(specs: readonly FormSpec[]): string {
  return JSON.stringify(specs, (name, value: unknown) => {
    if (name === 'languages') return (value as FormSpec['languages']).map(({ lang }) => lang);
    return value instanceof Map ? { byLanguage: [...(value as Map<string, string>)] } : value;
  });
}
