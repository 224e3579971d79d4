/** The settings that each named account has of its own; further sets have a number at their end. */
const parts = [
  'USERNAME',
  'PASSWORD',
  'API_KEY',
  'CLIENT_ID',
  'CLIENT_SECRET',
  'ACCOUNT_GUID',
  'SIGNUP_GUID',
] as const;

const ofAccount = new RegExp(`^RASA_(?:(.+)__)?(${parts.join('|')})((?:_[2-9])?(?:_FILE)?)$`);

/**
 * The variable of an account: `RASA_HARBOUR__API_KEY` for `RASA_API_KEY`. Two underscores, so that no
 * account's name can be taken for a part of another variable. Settings that all accounts share keep their
 * names.
 */
export function variableOfAccount(account: string, name: string): string {
  const [, , part, end = ''] = ofAccount.exec(name) ?? [];
  return part === undefined ? name : `RASA_${prefixOf(account)}__${part}${end}`;
}

/** A variable's account, as it is spelt there, and the name that it has without one. */
export function readVariable(
  variable: string,
): { readonly account: string | undefined; readonly name: string } | undefined {
  const [, account, part, end = ''] = ofAccount.exec(variable) ?? [];
  return part === undefined ? undefined : { account, name: `RASA_${part}${end}` };
}

/** All variables of these accounts, without the endings of numbered sets and of files. */
export function accountVariables(accounts: readonly string[]): readonly string[] {
  const named = accounts.filter((account) => account !== '');
  return named.flatMap((account) => parts.map((part) => variableOfAccount(account, `RASA_${part}`)));
}

/** Names of accounts may have hyphens, names of variables may not. */
export function prefixOf(account: string): string {
  return account.toUpperCase().replaceAll('-', '_');
}
