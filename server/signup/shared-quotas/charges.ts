/** One use of one quota by one request. */
export interface Charge {
  /** 16 bytes in hex: a keyed hash, so that what is stored says nothing about whom it counts. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  state: 'noted' | 'sent' | 'within' | 'over' | 'released';
  /** The end of the window in which it was counted, by the database's clock. */
  windowId?: number;
}

/** In the order of the keys. */
export function groupByKey(charges: readonly Charge[]): ReadonlyMap<string, readonly Charge[]> {
  const groups = new Map<string, Charge[]>();
  for (const charge of [...charges].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const group = groups.get(charge.key);
    if (group) group.push(charge);
    else groups.set(charge.key, [charge]);
  }
  return groups;
}

/**
 * Quotas with the same window end at different times, so that not everybody who was refused comes back at
 * once.
 */
export function shiftOf(key: string, windowMs: number): number {
  return Number.parseInt(key.slice(0, 8), 16) % windowMs;
}
