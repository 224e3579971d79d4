import type { FormRates, Rate } from '../forms/form-spec.ts';

/** What the operator sets quotas for: the whole service, and each network, form and address. */
export type Axis = 'service' | 'network' | 'form' | 'address';

/**
 * `requests` are those of a network, whatever becomes of them: a typing error or the first step of a plain
 * form is no sign-up, but has been checked.
 */
export type Counted = Axis | 'requests';

/**
 * How a sign-up comes in. Plain forms prove no work, so their quotas are small and apart: whatever comes that
 * way, what is kept for proven sign-ups stays.
 */
export type Way = 'proven' | 'plain';

export interface RatesOptions {
  readonly rates: Readonly<Record<Axis, Rate | 'off'>>;
  readonly plain: PlainRates;
}

export interface PlainRates {
  /** Their part of the quotas of forms and of the service, 0 to 1. Above 0 it is at least one sign-up. */
  readonly share: number;
  /** Of one network, if its quota for proven ones is not slower. */
  readonly network: Rate | 'off';
}

/** The parts of a form that its quotas need. */
export interface Limited {
  readonly id: string;
  readonly rates: FormRates;
}

/** A sign-up with typing errors, and a plain one with its second step, take several requests. */
const requestsPerSignup = 4;

/** The rate that holds, and whether it is one of this form alone. */
export function rateFor(
  { rates, plain }: RatesOptions,
  { axis, way, form }: { readonly axis: Counted; readonly way: Way; readonly form: Limited | undefined },
): { readonly rate: Rate | 'off'; readonly isOwn: boolean } {
  const of = axis === 'requests' ? 'network' : axis;
  const own = of === 'service' ? undefined : form?.rates[of];
  const proven = own ?? rates[of];
  const rate = way === 'proven' ? proven : plainRate(of, proven, plain);
  const isRequests = axis === 'requests' && rate !== 'off';
  return {
    rate: isRequests ? { ...rate, limit: rate.limit * requestsPerSignup } : rate,
    isOwn: own !== undefined,
  };
}

function plainRate(axis: Axis, proven: Rate | 'off', { share, network }: PlainRates): Rate | 'off' {
  if (axis === 'network') return slower(proven, network);
  // A double click must not be refused for want of a second place.
  if (proven === 'off' || axis === 'address') return proven;
  const limit = share === 0 ? 0 : Math.max(1, Math.floor(proven.limit * share));
  return { ...proven, limit };
}

function slower(one: Rate | 'off', other: Rate | 'off'): Rate | 'off' {
  if (one === 'off') return other;
  if (other === 'off') return one;
  return one.limit / one.windowMs < other.limit / other.windowMs ? one : other;
}
