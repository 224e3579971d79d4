/**
 * How long a form that the visitor closed does not open by itself again. This is the only data kept in the
 * browser.
 */
export interface QuietTime {
  isNow(): boolean;
  begin(): void;
  /**
   * Called after a sign-up in `element`, so that the visitor is not asked again. A sign-up for another form
   * is ignored.
   */
  keepForEver(element: Element): void;
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Stores nothing if the form opens only on request (`isNeeded` is false) or if the browser forbids storage.
 * What is stored is also known without storage, as long as the page is open.
 */
export function openQuietTime(host: Element, isNeeded: boolean): QuietTime {
  const key = keyOf(host);
  let until = 0;
  try {
    until = Number(localStorage.getItem(key));
  } catch {
    // Storage is forbidden: the form opens again on the next page.
  }
  const keep = (time: number): void => {
    // After a sign-up, closing the thanks changes nothing.
    if (!isNeeded || time <= until) return;
    until = time;
    try {
      localStorage.setItem(key, String(until));
    } catch {
      // Storage is forbidden or full.
    }
  };
  return {
    isNow: () => Date.now() < until,
    begin() {
      keep(Date.now() + readTime(host.getAttribute('again-after') ?? ''));
    },
    keepForEver(element) {
      if (keyOf(element) === key) keep(Number.MAX_SAFE_INTEGER);
    },
  };
}

function keyOf(element: Element): string {
  const { pathname } = new webkitURL(element.getAttribute('src') ?? '', document.baseURI);
  return `rasa-signup ${pathname}`;
}

function readTime(text: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  return unit === undefined ? 7 * unitMs.d : Number(count) * unitMs[unit as keyof typeof unitMs];
}
