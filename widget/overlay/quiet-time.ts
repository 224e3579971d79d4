/**
 * How long a form that the visitor closed does not open by itself again. This is the only data kept in the
 * browser.
 */
export interface QuietTime {
  isNow(): boolean;
  begin(): void;
  /** Called after a sign-up, so that the visitor is not asked again. */
  keepForEver(): void;
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Stores nothing if the form opens only on request (`isNeeded` is false) or if the browser forbids storage.
 */
export function openQuietTime(host: Element, isNeeded: boolean): QuietTime {
  const { pathname } = new URL(host.getAttribute('src') ?? '', document.baseURI);
  const key = `rasa-signup ${pathname}`;
  const keep = (until: number): void => {
    if (!isNeeded) return;
    try {
      localStorage.setItem(key, String(until));
    } catch {
      // Storage is forbidden or full: the form opens again.
    }
  };
  return {
    isNow() {
      try {
        return Date.now() < Number(localStorage.getItem(key));
      } catch {
        return false;
      }
    },
    begin() {
      keep(Date.now() + readTime(host.getAttribute('again-after') ?? ''));
    },
    keepForEver() {
      keep(Number.MAX_SAFE_INTEGER);
    },
  };
}

function readTime(text: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  return unit === undefined ? 7 * unitMs.d : Number(count) * unitMs[unit as keyof typeof unitMs];
}
