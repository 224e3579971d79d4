/** A fault that somebody could put into the code, and the tests that must then fail. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The file of the tests. */
  readonly tests: string;
  /** Those of its tests, as a pattern for their names. Without it all of them run. */
  readonly only?: string;
  /** Why no test can see the fault. Without a reason a mutation that survives fails the run. */
  readonly survives?: string;
}
