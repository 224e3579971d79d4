import { Resolver } from 'node:dns/promises';

export type Answer<T> =
  | { readonly is: 'found'; readonly records: readonly T[] }
  | { readonly is: 'none' }
  /** A code such as `ETIMEOUT`: nothing is known. */
  | { readonly is: 'unknown'; readonly reason: string };

/** What DNS says of names. Never rejects. */
export interface Names {
  /** Each record as one text. */
  txt(name: string): Promise<Answer<string>>;
  /** Names of the mail servers; an empty one says that there are none (RFC 7505). */
  mx(name: string): Promise<Answer<string>>;
  hasAddress(name: string): Promise<boolean>;
}

/** @param servers in place of the machine's. */
export function openNames(servers?: readonly string[]): Names {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (servers) resolver.setServers(servers);
  return {
    txt: (name) => answerOf(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
    mx: (name) => answerOf(async () => (await resolver.resolveMx(name)).map(({ exchange }) => exchange)),
    hasAddress: async (name) => {
      const answers = [
        await answerOf(() => resolver.resolve4(name)),
        await answerOf(() => resolver.resolve6(name)),
      ];
      return answers.some(({ is }) => is !== 'none');
    },
  };
}

async function answerOf<T>(ask: () => Promise<readonly T[]>): Promise<Answer<T>> {
  try {
    const records = await ask();
    return records.length > 0 ? { is: 'found', records } : { is: 'none' };
  } catch (error) {
    const { code = 'unknown' } = error as { readonly code?: string };
    // There is no such name, or no such record of it.
    return code === 'ENOTFOUND' || code === 'ENODATA' ? { is: 'none' } : { is: 'unknown', reason: code };
  }
}
