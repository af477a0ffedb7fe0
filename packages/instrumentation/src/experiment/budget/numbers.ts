import { UnderstudyError } from '../../errors.js';
import type { Pace } from './lease.js';

/** A whole number out of what a store has given. Throws a retryable error where there is none. */
export function numberAt(values: readonly unknown[], index: number): number {
  const value = Number(values[index] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new UnderstudyError(
    'budget',
    "the queue's store holds no budget that can be read; is it used by another version?",
    {
      retryable: true,
    },
  );
}

/** `AT SPENT HALVINGS`; null for nothing. */
export function paceOf(text: unknown): Pace | null {
  if (typeof text !== 'string' || text === '') return null;
  const values = text.split(' ');
  return { at: numberAt(values, 0), spent: numberAt(values, 1), halvings: numberAt(values, 2) };
}
