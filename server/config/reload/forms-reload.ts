import type { Logger } from 'pino';
import type { FormSpec } from '../../forms/form-spec.ts';
import { watchFiles } from '../../system/watch-files.ts';
import { namesOf } from '../accounts/accounts.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../env.ts';
import { missingForForms, missingOrigins } from '../forms-file/missing-settings.ts';
import { readFormsFile } from '../forms-file/read.ts';

/**
 * Keeps the forms in step with the operator's forms file while the product runs. A file with a fault changes
 * nothing: the previous forms stay in force, and the log lists the faults.
 */
export interface FormsReload {
  readonly reload: () => void;
  close(): Promise<void>;
}

export interface FormsReloadOptions {
  readonly config: Pick<
    Config,
    'accounts' | 'allowedOrigins' | 'forms' | 'mail' | 'outbox' | 'production' | 'thankYouPages'
  >;
  readonly onReload: (specs: readonly FormSpec[]) => void;
  readonly log: Logger;
  /**
   * Time between two checks of the file, in ms; default 1000. A change takes effect at the second check that
   * finds it.
   */
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
      const specs = readFormsFile(path, { ...config, accounts: namesOf(config.accounts) });
      const isSandbox = config.accounts[0].upstream.is === 'sandbox';
      const canMail = config.mail.relay !== undefined || (isSandbox && !config.production);
      const keepsAddresses = config.outbox.keptForHandoverMs !== undefined;
      const missing = [
        ...(config.allowedOrigins.length > 0 || isSandbox ? [] : missingOrigins(specs)),
        ...missingForForms(specs, { canMail, keepsAddresses }),
      ];
      if (missing.length > 0) throw new ConfigError(missing);
      const changed = fingerprintOf(specs) !== known;
      if (!changed && !isAsked) return;
      if (changed) onReload(specs);
      known = fingerprintOf(specs);
      log.info({ file: path, forms: specs.map(({ id }) => id), changed }, 'The forms were read again.');
    } catch (error) {
      // Anything but a ConfigError is a bug, which must not end a process that accepts sign-ups.
      const what = error instanceof ConfigError ? { faults: error.faults } : { err: error };
      log.error(what, 'The forms cannot be read again; the previous ones stay in force.');
    }
  }
}

/**
 * Identifies the content of the forms. JSON omits the entries of Maps, so they are listed here; languages are
 * reduced to their tags, because each contains all built-in texts.
 */
function fingerprintOf(specs: readonly FormSpec[]): string {
  return JSON.stringify(specs, (name, value: unknown) => {
    // Their hash is beside them.
    if (name === 'bytes') return undefined;
    if (name === 'languages') return (value as FormSpec['languages']).map(({ lang }) => lang);
    return value instanceof Map ? { byLanguage: [...(value as Map<string, string>)] } : value;
  });
}
