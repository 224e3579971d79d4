/** For how long a form that was closed does not open by itself again. The only thing that is kept in a browser. */
export interface QuietTime {
  isNow(): boolean;
  begin(): void;
  /** Whoever has signed up is not asked again. */
  keepForEver(): void;
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Nothing is kept where a form opens only when it is asked to, nor where the browser forbids it. */
export function openQuietTime(host: Element, isNeeded: boolean): QuietTime {
  const { pathname } = new URL(host.getAttribute('src') ?? '', document.baseURI);
  const key = `rasa-signup ${pathname}`;
  const keep = (until: number): void => {
    if (!isNeeded) return;
    try {
      localStorage.setItem(key, String(until));
    } catch {
      // Forbidden, or full: it opens again.
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
