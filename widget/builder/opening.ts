/** What the attribute `open-on` asks for, part by part; empty where it does not. */
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

/** Something has to open it. */
export function writeOpening({ button, seconds, percent, exit }: Opening): string {
  const parts = [
    ...(button ? ['button'] : []),
    ...(seconds ? [`${seconds}s`] : []),
    ...(percent ? [`${percent}%`] : []),
    ...(exit ? ['exit'] : []),
  ];
  return parts.join(' ') || 'button';
}
