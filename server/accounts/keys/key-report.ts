import type { Logger } from 'pino';
import { isWithdrawn, type SetState } from '../../rasa/credentials.ts';
import type { KeyRingChange } from '../../rasa/key-ring.ts';

/** Says in the log what becomes of the keys, and what to do: fingerprints and variables, never a key. */
export function createKeyReport(
  sandboxUrl: string | undefined,
  log: Logger,
): (change: KeyRingChange) => void {
  const taker = sandboxUrl === undefined ? 'rasa.io' : 'The sandbox';
  return (change) => {
    switch (change.is) {
      case 'in use':
        log.info(wordsOf(change.set), `${taker} takes these credentials; they are in use.`);
        break;
      case 'refused':
        log.warn(
          { ...wordsOf(change.set), status: change.status },
          `${taker} refuses these credentials. The next set takes over, if there is one.`,
        );
        break;
      case 'none left':
        if (change.sets.every(isWithdrawn)) {
          log.error(
            { sets: change.sets.map(wordsOf) },
            'All keys were retired on the operator page. Sign-ups are accepted and wait. Write a new key into the ' +
              'key file, or use one of them again on that page.',
          );
          break;
        }
        if (sandboxUrl !== undefined) {
          log.error(
            { sandbox: sandboxUrl },
            `The sandbox refuses the proxy's key: it was revoked. Sign-ups are accepted and wait. Create a key at ` +
              `${sandboxUrl}/settings/api-keys: the proxy takes it up at once.`,
          );
          break;
        }
        log.error(
          { sets: change.sets.map(wordsOf) },
          'rasa.io refuses the credentials. Sign-ups are accepted and wait. Create a key at rasa.io (Settings → API Keys) ' +
            'and write it into the file that the variable names; it is read automatically. If the variable itself ' +
            'contains the key, restart the proxy with the new key.',
        );
        break;
    }
  };
}

function wordsOf({ number, source, fingerprint }: SetState): object {
  return { set: number, ...source, fingerprint };
}
