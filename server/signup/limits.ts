import { createHmac } from 'node:crypto';
import { ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit';
import type { FormRates, Rate } from '../forms/form-spec.ts';

/** What budgets are kept for: a whole service, and each network, form and address. */
export type Axis = 'service' | 'network' | 'form' | 'address';

/**
 * The budgets that sign-ups are charged to. Each charge is reserved before it is looked at, so that however many come
 * at once no more than the limit get through, and can be given back.
 */
export interface Limits {
  /** What one request is charged. A form with rates of its own has budgets of its own, in which nobody else shares. */
  open(form?: Budgeted): Bill;
  /** How much of their budgets a network and a form have used, the fuller of the two, 0 to 1. */
  pressure(ip: string, form: Budgeted): Promise<number>;
  close(): void;
}

/** A form, as far as its budgets go. */
export interface Budgeted {
  readonly id: string;
  readonly rates: FormRates;
}

export interface Bill {
  /** `name` is the visitor's IP address, the form's id, or the address as `budgetNameOf` writes it; '' for the service. */
  charge(axis: Axis, name: string): Promise<Charge>;
  /** Gives back what was charged, of all axes or of these. */
  giveBack(axes?: readonly Axis[]): Promise<void>;
  /** How the sender's own budget stands, and the one that was used up; of the others nobody is told. */
  readonly standing: readonly Standing[];
}

export type Charge = { readonly is: 'within' } | { readonly is: 'over'; readonly retryAfterS: number };

/** One budget as its owner may know it. */
export interface Standing {
  readonly axis: Axis;
  readonly limit: number;
  readonly windowS: number;
  readonly remaining: number;
  /** Until the budget is whole again. */
  readonly resetS: number;
}

export interface LimitsOptions {
  readonly rates: Readonly<Record<Axis, Rate | 'off'>>;
  /** Addresses are held as keyed hashes: without the key a hash could be found by trying addresses. */
  readonly addressKey: string;
  readonly now?: () => number;
}

interface Budget extends Rate {
  readonly store: MemoryStore;
}

export function createLimits({ rates, addressKey, now = Date.now }: LimitsOptions): Limits {
  const budgets = new Map<Axis, Budget>();
  for (const [axis, rate] of Object.entries(rates) as [Axis, Rate | 'off'][]) {
    if (rate !== 'off') budgets.set(axis, openBudget(rate));
  }
  /** By form and axis. */
  const own = new Map<string, Budget>();

  return {
    open(form) {
      const charged = new Map<
        Axis,
        { readonly key: string; readonly untilMs: number; readonly store: MemoryStore }
      >();
      const standing: Standing[] = [];

      return {
        standing,

        async charge(axis, name) {
          const budget = budgetOf(axis, form);
          if (!budget) return { is: 'within' };
          const { limit, windowMs, store } = budget;
          const key = keyOf(axis, name);
          const { totalHits, resetTime } = await store.increment(key);
          const isOver = totalHits > limit;
          const untilMs = resetTime?.getTime() ?? now() + windowMs;
          const resetS = Math.max(1, Math.ceil((untilMs - now()) / 1000));
          if (isOver) await store.decrement(key);
          else charged.set(axis, { key, untilMs, store });
          if (isOver || axis === 'network') {
            const remaining = Math.max(0, limit - totalHits);
            standing.push({ axis, limit, windowS: windowMs / 1000, remaining, resetS });
          }
          return isOver ? { is: 'over', retryAfterS: resetS } : { is: 'within' };
        },

        async giveBack(axes = [...charged.keys()]) {
          for (const axis of axes) {
            const charge = charged.get(axis);
            charged.delete(axis);
            // A window that is over has given back everything itself.
            if (charge && charge.untilMs > now()) await charge.store.decrement(charge.key);
          }
        },
      };
    },

    async pressure(ip, form) {
      return Math.max(await used('network', ip, form), await used('form', form.id, form));
    },

    close() {
      for (const { store } of [...budgets.values(), ...own.values()]) store.shutdown();
    },
  };

  function budgetOf(axis: Axis, form: Budgeted | undefined): Budget | undefined {
    const rate = axis === 'service' ? undefined : form?.rates[axis];
    if (form === undefined || rate === undefined) return budgets.get(axis);
    if (rate === 'off') return undefined;
    const name = `${form.id} ${axis}`;
    const known = own.get(name);
    // A form that was read again keeps its counts, unless they are for another time.
    if (known?.windowMs === rate.windowMs) return { ...known, limit: rate.limit };
    known?.store.shutdown();
    const budget = openBudget(rate);
    own.set(name, budget);
    return budget;
  }

  async function used(axis: Axis, name: string, form: Budgeted): Promise<number> {
    const budget = budgetOf(axis, form);
    if (!budget) return 0;
    const { totalHits = 0, resetTime } = (await budget.store.get(keyOf(axis, name))) ?? {};
    // The store forgets a budget whose window is over at its next use only.
    return resetTime && resetTime.getTime() > now() ? Math.min(1, totalHits / budget.limit) : 0;
  }

  function keyOf(axis: Axis, name: string): string {
    switch (axis) {
      case 'network':
        return networkOf(name);
      case 'address':
        return createHmac('sha256', addressKey).update(name).digest('base64url').slice(0, 22);
      case 'form':
      case 'service':
        return name;
    }
  }
}

function openBudget(rate: Rate): Budget {
  const store = new MemoryStore();
  // The store reads nothing but the window from the middleware's options.
  store.init({ windowMs: rate.windowMs } as Options);
  return { ...rate, store };
}

/** Whom one IP address stands for: itself, or its IPv6 /56, which is what one customer commonly gets. */
export function networkOf(ip: string): string {
  return ipKeyGenerator(ip, 56);
}
