/** What the builder's page gets to know from the proxy that serves it; everything else the forms' definitions say. */
export interface BuilderSetup {
  /** Where visitors' browsers reach the proxy, without a slash at the end. */
  readonly proxy: string;
  readonly forms: readonly {
    readonly id: string;
    readonly title: string;
    /** BCP 47 tags of the languages that it is offered in. */
    readonly languages: readonly string[];
  }[];
  readonly pinned: PinnedScript;
  /** Path of the page that the preview stands in. */
  readonly preview: string;
}

/** The copy of the script that never changes. */
export interface PinnedScript {
  readonly path: string;
  /** As the attribute of that name has it (https://www.w3.org/TR/sri/). */
  readonly integrity: string;
}
