/** Why a sleep may end early. */
export type Waker = 'added' | 'resumed' | 'lease' | 'stopping';

/**
 * One sleep at a time, which ends by itself or by a waker that it listens to. A waker that came since
 * `forget` ends the next sleep at once, so that nothing is missed between a look and the sleep after it. No
 * `AbortSignal.any`: on Node 20 each one leaks where its sources live long.
 */
export class Sleeper {
  readonly #woken = new Set<Waker>();
  #wake: (() => void) | undefined;

  /** What is told from now on counts. */
  forget(waker: Waker): void {
    this.#woken.delete(waker);
  }

  wake(waker: Waker): void {
    this.#woken.add(waker);
    this.#wake?.();
  }

  async sleep(ms: number, wakers: readonly Waker[]): Promise<void> {
    const isWoken = () => wakers.some((waker) => this.#woken.has(waker));
    if (isWoken()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (isWoken()) resolve();
      };
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
