import type { Operation } from '../api/route.ts';
import { faultsSchema, readIssue, type CallName, type FaultsData, type FaultsIssue } from './fault-schema.ts';
import { completeVariants, type Variants } from './variants.ts';

/** The settings that are given with the faults, but stay. A part that was left out is `undefined`. */
export type Settings = Pick<FaultsData, 'revocationKillsTokens' | 'nightly' | 'segments'>;

type ActiveFaults = Omit<FaultsData, keyof Settings>;

const none: ActiveFaults = { variants: {} };

/** The faults that are active now, in memory only. */
export class Faults {
  #data = none;
  #variants = completeVariants({});

  /**
   * Replaces all faults, and returns the settings. If anything is wrong, changes nothing and returns every
   * issue.
   */
  replace(value: unknown): { readonly issues: readonly FaultsIssue[] } | { readonly settings: Settings } {
    const parsed = faultsSchema.safeParse(value);
    if (!parsed.success) return { issues: parsed.error.issues.flatMap((issue) => readIssue(issue, value)) };
    const { revocationKillsTokens, nightly, segments, ...data } = parsed.data;
    this.#set(data);
    return { settings: { revocationKillsTokens, nightly, segments } };
  }

  clear(): void {
    this.#set(none);
  }

  /** The active faults in the format that `replace` takes. `times` counts down; used-up faults are gone. */
  show(): object {
    const { variants, ...faults } = this.#data;
    return Object.keys(variants).length > 0 ? { ...faults, variants } : faults;
  }

  get delayMs(): number {
    return this.#data.delayMs ?? 0;
  }

  get tokenLifetimeS(): number | undefined {
    return this.#data.tokenLifetimeS;
  }

  get variants(): Variants {
    return this.#variants;
  }

  get limits(): Pick<FaultsData, 'rateLimit' | 'dailyQuota'> {
    return this.#data;
  }

  /** The answer to send instead of the true one; uses up one of its `times`. */
  takeAnswer(operation: Operation): FaultsData['answer'] {
    const { answer } = this.#data;
    if (!answer || !hits(answer, operation)) return undefined;
    this.#data = { ...this.#data, answer: countDown(answer) };
    return answer;
  }

  /** Whether to cut the connection here; if so, uses up one of the fault's `times`. */
  takeDrop(operation: Operation, when: 'before' | 'after'): boolean {
    const { drop } = this.#data;
    if (drop?.when !== when || !hits(drop, operation)) return false;
    this.#data = { ...this.#data, drop: countDown(drop) };
    return true;
  }

  /** The error text for a person with this address; `undefined` unless such persons are refused. */
  refusalOf(email: string): string | undefined {
    const { refuse } = this.#data;
    return refuse?.emails.some((pattern) => matches(email, pattern)) ? refuse.error : undefined;
  }

  #set(data: ActiveFaults): void {
    this.#data = data;
    this.#variants = completeVariants(data.variants);
  }
}

function hits({ on }: { readonly on: CallName }, operation: Operation): boolean {
  return on === 'all' || on === operation;
}

function countDown<T extends { readonly times?: number | undefined }>(fault: T): T | undefined {
  if (fault.times === undefined) return fault;
  return fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
}

function matches(email: string, pattern: string): boolean {
  const [head = '', tail] = pattern.toLowerCase().split('*');
  const address = email.toLowerCase();
  if (tail === undefined) return address === head;
  return address.length >= head.length + tail.length && address.startsWith(head) && address.endsWith(tail);
}
