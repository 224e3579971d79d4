import type { Scope } from './scope.ts';

/** What opens a form that is not in the page. */
type Trigger =
  | { readonly on: 'button' }
  | { readonly on: 'time'; readonly seconds: number }
  | { readonly on: 'scroll'; readonly share: number }
  | { readonly on: 'exit' };

/** Unknown words are ignored. If none is left, there is a button. */
export function readTriggers(text: string): readonly Trigger[] {
  const triggers = text.split(/\s+/).flatMap((word): Trigger[] => {
    const [, number, unit] = /^(\d+)(s|%)$/.exec(word) ?? [];
    if (unit === 's') return [{ on: 'time', seconds: Number(number) }];
    if (unit === '%') return [{ on: 'scroll', share: Number(number) / 100 }];
    return word === 'button' || word === 'exit' ? [{ on: word }] : [];
  });
  return triggers.length > 0 ? triggers : [{ on: 'button' }];
}

/** Calls `fire` when the trigger applies, maybe more than once, until the end of `scope`. */
export function watch(trigger: Trigger, scope: Scope, fire: () => void): void {
  switch (trigger.on) {
    case 'button':
      return;
    case 'time': {
      const delayMs = trigger.seconds * 1000;
      // Browsers fire at once if the delay does not fit 31 bits (24 days).
      if (delayMs >= 2 ** 31) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const start = (): void => {
        timer = setTimeout(fire, delayMs);
      };
      // A browser may render a page ahead, for a visitor who comes later or never.
      if ('prerendering' in document && document.prerendering)
        scope.on(document, 'prerenderingchange' as 'change', start);
      else start();
      scope.atEnd(() => {
        clearTimeout(timer);
      });
      return;
    }
    case 'scroll':
      scope.on(window, 'scroll', () => {
        if (scrolledShare() >= trigger.share) fire();
      });
      return;
    case 'exit':
      // The pointer left towards the tabs and the address bar. Touch screens have no such signal.
      scope.on(document.documentElement, 'mouseleave', ({ clientY }) => {
        if (clientY <= 0) fire();
      });
  }
}

function scrolledShare(): number {
  const { scrollHeight } = document.documentElement;
  return (scrollY + innerHeight) / scrollHeight;
}
