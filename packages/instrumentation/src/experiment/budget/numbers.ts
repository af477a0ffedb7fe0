import { UnderstudyError } from '../../errors.js';
import { type LeaseRequest, MOST_NANO_USD, type Pace } from './lease.js';

/** A whole number out of what a store has given; what is larger than any amount is the largest. Throws a retryable error where there is none. */
export function numberAt(values: readonly unknown[], index: number): number {
  const value = Number(values[index] ?? Number.NaN);
  if (value > MOST_NANO_USD) return MOST_NANO_USD;
  if (Number.isSafeInteger(value)) return value;
  throw new UnderstudyError(
    'budget',
    "the queue's store holds no budget that can be read; is it used by another version?",
    {
      retryable: true,
    },
  );
}

/** An amount as a store may be told it. What is no number is the largest: money that nobody can count is spent. */
export function amountOf(value: number): number {
  return value <= MOST_NANO_USD ? Math.max(0, value) : MOST_NANO_USD;
}

/** A request with no amount that a store could not add up. */
export function withinBounds(request: LeaseRequest): LeaseRequest {
  return {
    ...request,
    limit: amountOf(request.limit),
    settled: amountOf(request.settled),
    inFlight: amountOf(request.inFlight),
    least: amountOf(request.least),
    smallest: amountOf(request.smallest),
    reserve: amountOf(request.reserve),
    atRisk: amountOf(request.atRisk),
    seen: amountOf(request.seen),
  };
}

/** `AT SPENT HALVINGS`; null for nothing. */
export function paceOf(text: unknown): Pace | null {
  if (typeof text !== 'string' || text === '') return null;
  const values = text.split(' ');
  return { at: numberAt(values, 0), spent: numberAt(values, 1), halvings: numberAt(values, 2) };
}
