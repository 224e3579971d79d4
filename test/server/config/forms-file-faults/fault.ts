/**
 * A value put at a path of the file in `test/helpers/forms/forms-file.ts`, and the faults reported for it,
 * without the file's name.
 */
export type Fault = readonly [path: string, value: unknown, says: readonly string[]];

/** A member with this value is removed. */
export const gone = undefined;
