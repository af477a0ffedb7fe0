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

/** Sources tried for one canary before another kind stands in for it. */
const TRIES = 64;

/**
 * So many canaries from these sources, the kinds in turn and the sources in turn. Where no source gives a kind (answers without numbers have no
 * wrong argument) the next kind stands in. Fewer, or none, only where the sources give none at all.
 */
export function planCanaries(sources: readonly CanarySource[], count: number, random: CanaryRandom): readonly Canary[] {
  const canaries: Canary[] = [];
  let turn = 0;
  const next = (kind: CanaryKind | undefined): Canary | null => {
    for (let tried = 0; tried < Math.min(TRIES, sources.length); tried += 1) {
      const source = sources[turn++ % sources.length];
      const canary = source === undefined || kind === undefined ? null : makeCanary(kind, source, random);
      if (canary !== null) return canary;
    }
    return null;
  };
  while (canaries.length < count) {
    const first = canaries.length % CANARY_KINDS.length;
    const kinds = [...CANARY_KINDS.slice(first), ...CANARY_KINDS.slice(0, first)];
    let made: Canary | null = null;
    for (const kind of kinds) if ((made = next(kind)) !== null) break;
    if (made === null) break;
    canaries.push(made);
  }
  return canaries;
}
