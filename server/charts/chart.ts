/** What the colours of a series mean is said in words beside them: no figure is told by colour alone. */
export type Tone = 'blue' | 'amber' | 'grey' | 'green' | 'red';

export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** One for each start or row of the panel; `null` where nothing is known, which is drawn as a gap. */
  readonly values: readonly (number | null)[];
}

/** Figures over time: lines, or columns that stand on each other. */
export interface TimePanel {
  readonly is: 'lines' | 'columns';
  /** Says the unit too, such as `Readers a day`. */
  readonly title: string;
  readonly unit: 'count' | 'percent';
  /** Beginnings of equal periods in their order: `2026-11-27`, or `2026-11-27T06:00` for hours. */
  readonly starts: readonly string[];
  /** Three at most. */
  readonly series: readonly Series[];
  /** Stands in the plot where no series has a figure. */
  readonly empty: string;
}

/** One bar for each row and series, with its value beside it. */
export interface BarPanel {
  readonly is: 'bars';
  readonly title: string;
  readonly rows: readonly {
    readonly label: string;
    /** After the value, such as `40 % of delivered`. */
    readonly aside?: string | undefined;
  }[];
  readonly series: readonly Series[];
  readonly empty: string;
}

export type Panel = TimePanel | BarPanel;

export interface TableColumn {
  readonly label: string;
  readonly isNumber: boolean;
}

/** A picture with the figures that it shows. */
export interface Chart {
  readonly title: string;
  /** The account, the period and whose days they are. */
  readonly subtitle: string;
  /** What the picture shows, in a sentence, for those who do not see it. */
  readonly sentence: string;
  readonly panels: readonly Panel[];
  /** What readers of the figures should know. */
  readonly notes: readonly string[];
  readonly table: {
    readonly columns: readonly TableColumn[];
    /** As they are read by people. */
    readonly rows: readonly (readonly string[])[];
  };
}
