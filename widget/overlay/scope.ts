/**
 * Listeners and other work that end together. An `AbortController` would do the same, but is one of the
 * built-ins that a page may have removed.
 */
export class Scope {
  isOver = false;
  readonly #ends: (() => void)[] = [];

  /** Listens until the end. */
  on<T extends keyof DocumentEventMap>(
    target: EventTarget,
    type: T,
    listener: (event: DocumentEventMap[T]) => void,
  ): void {
    target.addEventListener(type, listener as EventListener);
    this.atEnd(() => {
      target.removeEventListener(type, listener as EventListener);
    });
  }

  atEnd(end: () => void): void {
    this.#ends.push(end);
  }

  end(): void {
    this.isOver = true;
    for (const end of this.#ends) end();
  }
}
