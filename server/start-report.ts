import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { AccountConfig } from './config/accounts/accounts.ts';
import type { Tried } from './rasa/try-credentials.ts';
import { isLoopback, readUrl } from './system/urls.ts';

export interface StartReportOptions {
  readonly config: Pick<Config, 'publicUrl' | 'trustProxy'>;
  readonly figures: () => {
    readonly outbox: { readonly waiting: number; readonly elsewhere: number; readonly deadLetters: number };
  };
  /** Tries the credentials of each account, or says that there is nothing to try. */
  readonly tryAccounts: () => Promise<
    readonly { readonly account: AccountConfig; readonly tried: Tried | undefined }[]
  >;
  readonly log: Logger;
}

/**
 * What an operator wants to know of a start in production, in four lines behind the one with the address that
 * it listens on: the public address, where sign-ups go and whether the credentials work, how many wait, and
 * what is wrong.
 */
export async function reportStart({ config, figures, tryAccounts, log }: StartReportOptions): Promise<void> {
  const { publicUrl = '', trustProxy } = config;
  const counts = figures().outbox;
  const wrong: string[] = [];
  if (isLoopback(readUrl(publicUrl)?.hostname ?? '')) {
    wrong.push(
      'PUBLIC_URL is not set, or leads to this machine only: set it to the address that visitors use',
    );
  }
  if (publicUrl.startsWith('https:') && trustProxy === false) {
    wrong.push('TRUST_PROXY is off, so that all visitors behind your web server share one quota');
  }
  if (counts.elsewhere > 0) {
    wrong.push(`${counts.elsewhere} sign-ups wait for another upstream or account than this one`);
  }
  if (counts.deadLetters > 0) {
    wrong.push(`${counts.deadLetters} sign-ups are set aside: see rasa-signup outbox list`);
  }
  log.info({ publicUrl }, `Public address: ${publicUrl}`);

  for (const { account, tried } of await tryAccounts()) {
    const { name, isNamed, upstream } = account;
    const { words, fault } = verdictOf(tried);
    if (fault !== undefined) wrong.push(isNamed ? `${name}: ${fault}` : fault);
    const to =
      upstream.is === 'sandbox'
        ? 'the sandbox'
        : `${upstream.baseUrl} (${upstream.is === 'rasa' ? upstream.api : 'webhook'})`;
    const accounts = tried?.is === 'taken' ? tried.accounts : [];
    log.info({ accounts }, `Upstream${isNamed ? ` of ${name}` : ''}: ${to}, ${words}.`);
  }
  log.info(counts, `Waiting: ${counts.waiting} sign-ups, set aside: ${counts.deadLetters}.`);
  if (wrong.length === 0) log.info('Nothing is wrong.');
  else log.warn({ wrong }, `Wrong: ${wrong.join('; ')}. Run rasa-signup doctor for remedies.`);
}

function verdictOf(tried: Tried | undefined): { readonly words: string; readonly fault?: string } {
  switch (tried?.is) {
    case undefined:
      return { words: 'which needs no key' };
    case 'taken': {
      const names = tried.accounts.map(({ id, name }) => (name === undefined ? id : `${name} (${id})`));
      return { words: `account ${names.join(', ') || 'not named by rasa.io'}; it takes the credentials` };
    }
    case 'refused':
      return {
        words: `which refuses the credentials (${tried.status})`,
        fault: 'rasa.io refuses the credentials; sign-ups are accepted and wait',
      };
    case 'unknown':
      return {
        words: `which gives no answer about the credentials: ${tried.reason}`,
        fault: `rasa.io gives no answer (${tried.reason}); sign-ups are accepted and wait`,
      };
  }
}
