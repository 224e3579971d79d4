import { show, type FaultAt } from './faults.ts';
import type { FileForm } from './form-schema.ts';

/** A form whose account is not clear would fill somebody else's newsletter. */
export function accountRules(
  { account, fields }: FileForm,
  accounts: readonly string[] | undefined,
): readonly FaultAt[] {
  const own = accountFault(account, accounts);
  const lists = fields.flatMap((field, index) =>
    typeof field === 'object' && field.type === 'newsletters' ? [{ field, index }] : [],
  );
  return [
    ...(own === undefined ? [] : [{ path: ['account'], wanted: own }]),
    ...lists.slice(1).map(({ index }): FaultAt => ({
      path: ['fields', index],
      found: 'a second field of type newsletters',
      wanted: 'one such field in a form',
    })),
    ...lists.flatMap(({ field: { options }, index }) =>
      options.flatMap((option, at): readonly FaultAt[] => {
        const path = ['fields', index, 'options', at, 'account'];
        if (options.findIndex((other) => other.account === option.account) < at) {
          const found = `the account ${show(option.account)} a second time`;
          return [{ path, found, wanted: 'a different account for each newsletter' }];
        }
        if (!accounts || accounts.includes(option.account)) return [];
        return [{ path, wanted: oneOf(accounts) }];
      }),
    ),
  ];
}

function accountFault(
  account: string | undefined,
  accounts: readonly string[] | undefined,
): string | undefined {
  if (!accounts || (account === undefined ? accounts.length < 2 : accounts.includes(account)))
    return undefined;
  return accounts.length === 0 ? 'no account, since ACCOUNTS declares none' : oneOf(accounts);
}

function oneOf(accounts: readonly string[]): string {
  return accounts.length === 0 ? 'an account that ACCOUNTS declares' : `one of ${accounts.join(', ')}`;
}
