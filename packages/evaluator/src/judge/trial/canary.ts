import type { JudgedPair } from '../judged-pair.js';
import { breakAnswer, type CanaryKind, CANARY_KINDS, type CanaryRandom } from './canary-kinds.js';

/** A pair with a known answer, to try the judge on. Its sides are drawn by lot, as the judge's orders cannot tell them. */
export interface Canary {
  readonly kind: CanaryKind;
  readonly pair: JudgedPair;
  /** Which side is whole; null where both are the same. */
  readonly better: 'primary' | 'shadow' | null;
}

/** A request with an answer worth having, out of traffic or out of a file. */
export interface CanarySource {
  readonly request: string;
  readonly answer: string;
  readonly reference?: string;
}

/** Makes a canary of one kind. Null where this answer cannot be broken that way: too short, no argument in it. */
export function makeCanary(kind: CanaryKind, source: CanarySource, random: CanaryRandom): Canary | null {
  const { answer, ...rest } = source;
  if (answer.trim() === '') return null;
  if (kind === 'identical') return { kind, pair: { ...rest, primary: answer, shadow: answer }, better: null };
  const broken = breakAnswer(kind, answer, random);
  if (broken === null || broken.trim() === answer.trim()) return null;
  return random() < 0.5
    ? { kind, pair: { ...rest, primary: answer, shadow: broken }, better: 'primary' }
    : { kind, pair: { ...rest, primary: broken, shadow: answer }, better: 'shadow' };
}

/**
 * So many canaries from these sources, the kinds in turn; a kind that a source cannot give passes to the next source. Fewer where the sources do
 * not give them: none without sources.
 */
export function planCanaries(sources: readonly CanarySource[], count: number, random: CanaryRandom): readonly Canary[] {
  const canaries: Canary[] = [];
  let at = 0;
  for (let misses = 0; canaries.length < count && misses <= sources.length * CANARY_KINDS.length; at += 1) {
    const kind = CANARY_KINDS[canaries.length % CANARY_KINDS.length] ?? 'identical';
    const source = sources[at % Math.max(1, sources.length)];
    const canary = source === undefined ? null : (makeCanary(kind, source, random) ?? makeAny(source, random, misses));
    if (canary === null) misses += 1;
    else canaries.push(canary);
  }
  return canaries;
}

/** Where no source gives a kind (answers without numbers have no wrong argument), another stands in. */
function makeAny(source: CanarySource, random: CanaryRandom, misses: number): Canary | null {
  const kind = CANARY_KINDS[misses % CANARY_KINDS.length] ?? 'empty';
  return makeCanary(kind, source, random);
}
