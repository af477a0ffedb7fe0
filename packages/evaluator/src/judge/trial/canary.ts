import { isExactMatch, type JudgedPair } from '../judged-pair.js';
import { breakAnswer, type CanaryKind, type CanaryRandom } from './canary-kinds.js';

/** A pair with a known answer, to try the judge on. Its sides are drawn by lot, as the judge's orders cannot tell them. */
export interface Canary {
  readonly kind: CanaryKind;
  readonly pair: JudgedPair;
  /** Which side is whole; of `padded`, to which nothing was added; null where both are the same. */
  readonly better: 'primary' | 'shadow' | null;
}

/** A request with an answer worth having, out of traffic or out of a file. */
export interface CanarySource {
  readonly request: string;
  readonly answer: string;
  readonly reference?: string;
}

/**
 * Makes a canary of one kind. Null where this answer cannot be broken that way: too short, no argument in it, no other answer known. Nothing
 * stands in for it: an empty answer says of no judge that it reads.
 *
 * @param other Another request with its answer, for `other_answer`.
 */
export function makeCanary(
  kind: CanaryKind,
  source: CanarySource,
  random: CanaryRandom,
  other: CanarySource | null = null,
): Canary | null {
  const { answer, ...rest } = source;
  if (answer.trim() === '') return null;
  if (kind === 'identical') return { kind, pair: { ...rest, primary: answer, shadow: answer }, better: null };
  const strange = other !== null && canStandFor(other, source) ? other.answer : null;
  const broken = breakAnswer(kind, answer, random, strange);
  if (broken === null || broken.trim() === answer.trim()) return null;
  return random() < 0.5
    ? { kind, pair: { ...rest, primary: answer, shadow: broken }, better: 'primary' }
    : { kind, pair: { ...rest, primary: broken, shadow: answer }, better: 'shadow' };
}

/** Whether an answer is to something else, and says something else: to the same request it may be as good. */
export function canStandFor(other: CanarySource, source: CanarySource): boolean {
  return (
    other.answer.trim() !== '' &&
    other.request !== source.request &&
    !isExactMatch({ primary: other.answer, shadow: source.answer })
  );
}
