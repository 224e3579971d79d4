/** One result of a check. `what` is one or more sentences; neither text contains secrets. */
export interface Finding {
  /** A `fault` stops sign-ups; a `warning` may stop them now or later; a `note` is information. */
  readonly is: 'fine' | 'note' | 'warning' | 'fault';
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export function fine(what: string): Finding {
  return { is: 'fine', what };
}

export function note(what: string): Finding {
  return { is: 'note', what };
}

export function warning(what: string, remedy?: string): Finding {
  return { is: 'warning', what, ...(remedy !== undefined && { remedy }) };
}

export function fault(what: string, remedy?: string): Finding {
  return { is: 'fault', what, ...(remedy !== undefined && { remedy }) };
}
