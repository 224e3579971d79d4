/** `--svg` and `--html`: a picture in place of rows. */
export interface ChartOptions {
  readonly svg?: boolean | undefined;
  readonly html?: boolean | undefined;
}

export function wantsChart({ svg, html }: ChartOptions): boolean {
  return svg === true || html === true;
}

/** What cannot be asked for together with a picture. */
export function chartFaults(
  options: ChartOptions & {
    readonly format?: string | undefined;
    readonly withEmail?: boolean | undefined;
    readonly cursor?: string | undefined;
    readonly state?: string | undefined;
  },
): readonly string[] {
  if (!wantsChart(options)) return [];
  const flag = options.svg === true ? '--svg' : '--html';
  const faults: string[] = [];
  if (options.svg === true && options.html === true)
    faults.push('--svg: found beside --html, wanted one of them.');
  if (options.format !== undefined) faults.push(`${flag}: found beside --format, wanted one of them.`);
  if (options.withEmail === true)
    faults.push(`--with-email: found with ${flag}, but a chart has no addresses.`);
  if (options.cursor !== undefined || options.state !== undefined) {
    faults.push(`${flag}: found with --cursor or --state, but a chart shows a whole period.`);
  }
  return faults;
}
