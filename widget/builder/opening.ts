/** The parts of the attribute `open-on`. Parts that it does not name are empty. */
export interface Opening {
  readonly button: boolean;
  readonly seconds: string;
  readonly percent: string;
  readonly exit: boolean;
}

export function readOpening(openOn: string): Opening {
  const parts = openOn.split(' ');
  const ending = (unit: string) =>
    parts.find((part) => part.endsWith(unit) && /^\d/.test(part))?.slice(0, -1) ?? '';
  return {
    button: parts.includes('button'),
    seconds: ending('s'),
    percent: ending('%'),
    exit: parts.includes('exit'),
  };
}

/** Without any trigger the form could not be opened. */
export function writeOpening({ button, seconds, percent, exit }: Opening): string {
  const parts = [
    ...(button ? ['button'] : []),
    ...(seconds ? [`${seconds}s`] : []),
    ...(percent ? [`${percent}%`] : []),
    ...(exit ? ['exit'] : []),
  ];
  return parts.join(' ') || 'button';
}
