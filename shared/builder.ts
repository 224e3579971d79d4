/**
 * What the proxy tells the builder's page when it serves it. Everything else comes from the forms'
 * definitions.
 */
export interface BuilderSetup {
  /** URL at which visitors' browsers reach the proxy, without a trailing slash. */
  readonly proxy: string;
  /** The path before the paths of the proxy, such as `/newsletter`; empty without one. */
  readonly prefix: string;
  readonly forms: readonly {
    readonly id: string;
    readonly title: string;
    /** BCP 47 tags of the languages in which the form is offered. */
    readonly languages: readonly string[];
    /** The title in each of them, by tag. */
    readonly titles: Readonly<Record<string, string>>;
    /** Origins of the sites that may show it, besides the proxy's own pages and its own machine. */
    readonly sites: readonly string[];
  }[];
  readonly pinned: PinnedScript;
  /** Path of the page inside the preview's frame. */
  readonly preview: string;
  /** The sandbox that sign-ups go to; `undefined` if they go to rasa.io. */
  readonly sandbox: BuilderSandbox | undefined;
}

export interface BuilderSandbox {
  /** URL of the page with its contacts. */
  readonly href: string;
  /** How many it had when the page was served. */
  readonly contacts: number;
}

/** The copy of the script whose content never changes. */
export interface PinnedScript {
  readonly path: string;
  /** The value of the `integrity` attribute (https://www.w3.org/TR/sri/). */
  readonly integrity: string;
}
