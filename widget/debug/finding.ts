/** The result of one check, for the person who put the form on the page. In English, like the log. */
export interface Finding {
  readonly is: 'fine' | 'fault';
  /** One word. For a fault it is also in the element's `data-debug`. */
  readonly about:
    | 'address'
    | 'answer'
    | 'blocked'
    | 'contrast'
    | 'keys'
    | 'origin'
    | 'place'
    | 'proof'
    | 'script'
    | 'touch';
  readonly words: string;
}
