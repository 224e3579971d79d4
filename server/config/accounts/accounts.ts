import { prefixOf, readVariable, variableOfAccount } from './variables.ts';
import { ConfigError, createEnvReader, type Env, type EnvReader } from '../env.ts';
import { readUpstreams, type Upstream } from '../upstream.ts';

/** An account at rasa.io, or what stands in for it. */
export interface AccountConfig {
  /** As ACCOUNTS has it; `main` where accounts have no names. */
  readonly name: string;
  readonly isNamed: boolean;
  readonly upstream: Upstream;
}

/** Never empty. All accounts are reached in the same way: by one API, or in the sandbox. */
export type Accounts = readonly [AccountConfig, ...AccountConfig[]];

export const unnamedAccount = 'main';

/**
 * Reads the accounts that ACCOUNTS declares, or the one without a name. Faults are added to `reader.faults`,
 * and what is returned must not be used then.
 */
export function readAccounts(reader: EnvReader, isProduction: boolean): Accounts | undefined {
  const faultsBefore = reader.faults.length;
  const names = reader.read('ACCOUNTS');
  if (reader.faults.length > faultsBefore) return undefined;
  refuseUndeclared(reader, names);
  const readers = names.length === 0 ? [reader] : names.map((name) => reader.forAccount(name));
  const upstreams = readUpstreams(reader, readers, isProduction);
  const accounts = upstreams?.map((upstream, index): AccountConfig => ({
    name: names[index] ?? unnamedAccount,
    isNamed: names.length > 0,
    upstream,
  }));
  const [first, ...others] = accounts ?? [];
  return first && [first, ...others];
}

/** What ACCOUNTS declares; `undefined` where it is not set. Throws a ConfigError. */
export function readAccountNames(env: Env): readonly string[] | undefined {
  const reader = createEnvReader(env);
  const names = reader.isSet('ACCOUNTS') ? reader.read('ACCOUNTS') : undefined;
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  return names;
}

/** The reader of an account's own variables. */
export function readerOf(
  reader: EnvReader,
  { name, isNamed }: Pick<AccountConfig, 'name' | 'isNamed'>,
): EnvReader {
  return isNamed ? reader.forAccount(name) : reader;
}

/** Credentials of accounts that are not declared, or of none where some are, would be ignored silently. */
function refuseUndeclared({ names: variables, faults }: EnvReader, declared: readonly string[]): void {
  for (const variable of variables) {
    const read = readVariable(variable);
    if (!read) continue;
    const { account, name } = read;
    if (account === undefined) {
      const [first] = declared;
      if (first === undefined) continue;
      faults.push(
        `${variable}: found a value (not shown) without an account, wanted one for each account, such as ` +
          `${variableOfAccount(first, name)}, since ACCOUNTS is set.`,
      );
    } else if (!declared.some((one) => prefixOf(one) === account)) {
      const known = declared.length === 0 ? 'none' : declared.join(', ');
      faults.push(
        `${variable}: found the account ${JSON.stringify(account.toLowerCase())}, wanted one that ACCOUNTS ` +
          `declares (${known}).`,
      );
    }
  }
}

/** The names that forms may have; empty where accounts have none. */
export function namesOf(accounts: Accounts | undefined): readonly string[] {
  return (accounts ?? []).flatMap(({ name, isNamed }) => (isNamed ? [name] : []));
}
