import type { ApiKeys } from '../api-keys.ts';
import type { State } from '../state.ts';
import type { FaultsIssue } from './fault-schema.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Nights } from './nights.ts';

export interface ControlParts {
  readonly state: State;
  readonly apiKeys: ApiKeys;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly nights: Nights;
}

/** Replaces faults and sets settings. If anything is wrong, changes nothing and returns every issue. */
export async function applyFaults(
  { state, apiKeys, faults, limits, nights }: ControlParts,
  value: unknown,
): Promise<readonly FaultsIssue[]> {
  const outcome = faults.replace(value);
  if ('issues' in outcome) return outcome.issues;
  limits.clear();
  const { revocationKillsTokens, nightly, segments } = outcome.settings;
  if (segments !== undefined) state.data.segments = segments;
  if (nightly !== undefined) await nights.set(nightly);
  await apiKeys.setRevocationKillsTokens(revocationKillsTokens ?? apiKeys.revocationKillsTokens);
  return [];
}

/** Ends the faults; settings stay. */
export function clearFaults({ state, faults, limits }: ControlParts): void {
  faults.clear();
  limits.clear();
  state.changes.emit('change');
}

/** The active faults and settings, in the format that `applyFaults` takes. */
export function shownFaults({ state, apiKeys, faults }: ControlParts): object {
  const { nightly, segments } = state.data;
  return {
    ...faults.show(),
    revocationKillsTokens: apiKeys.revocationKillsTokens,
    ...(nightly && { nightly }),
    ...(segments && { segments }),
  };
}
