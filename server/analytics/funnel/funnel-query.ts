import { readQuery, type QueryTexts } from '../query.ts';
import { funnelGroups, type FunnelGroup, type FunnelQuery } from './funnel.ts';

/** As it is written on a command line or in a URL. */
export interface FunnelTexts extends Pick<QueryTexts, 'from' | 'to' | 'preset'> {
  readonly form?: string | undefined;
  /** Some of day, form and origin, with commas between them; empty: everything in one row. */
  readonly by?: string | undefined;
}

export const funnelQueryNames = [
  'from',
  'to',
  'preset',
  'form',
  'by',
] as const satisfies readonly (keyof FunnelTexts)[];

/** The query, or what is wrong with it: one sentence for each fault. Without dates: the past 30 days. */
export function readFunnelQuery(
  { form, by = funnelGroups.join(), ...days }: FunnelTexts,
  nowMs: number,
): FunnelQuery | readonly string[] {
  const period = readQuery(days, { nowMs, withEmail: false });
  const names = by === '' ? [] : by.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(funnelGroups as readonly string[]).includes(name));
  const faults = 'from' in period ? [] : [...period];
  if (unknown !== undefined) {
    faults.push(`by: found ${JSON.stringify(unknown)}, wanted some of ${funnelGroups.join(', ')}.`);
  }
  if (!('from' in period) || faults.length > 0) return faults;
  return { from: period.from, to: period.to, form, by: names as FunnelGroup[] };
}
