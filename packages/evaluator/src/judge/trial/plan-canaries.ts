import { type Canary, type CanarySource, canStandFor, makeCanary } from './canary.js';
import { type CanaryKind, type CanaryRandom, TELLING_KINDS, type TellingKind } from './canary-kinds.js';
import { LEAST_OF_A_KIND } from './health-rates.js';

/** A canary and the place of its source. */
export interface PlannedCanary {
  readonly canary: Canary;
  readonly source: number;
}

export interface CanaryPlan {
  /** So many as were asked for, or none. */
  readonly canaries: readonly PlannedCanary[];
  /** Canaries of the telling kinds that the sources do not give. 0: the plan is whole. */
  readonly missing: number;
}

type Slot = Exclude<CanaryKind, TellingKind> | 'telling';

/** Of all canaries. With 30 of 200 a judge that names the longer answer in three of ten orders is found in 98 of 100 trials; with 20, in 85. */
const PADDED_SHARE = 0.15;

/**
 * One turn of the others, in two halves. Most are of telling kinds, since they alone are J's: with the fewest canaries there may be, 14 of 14
 * still show a J of .54. The rest find who prefers nothing to something, obeys an answer, or names a side where there is none.
 */
const HALVES: readonly (readonly [Slot, Slot, Slot])[] = [
  ['identical', 'empty', 'null_model'],
  ['identical', 'colon', 'choose_b'],
];
const TURN: readonly Slot[] = HALVES.flatMap((rest) =>
  Array.from({ length: 17 }, (_, at): Slot => ({ 3: rest[0], 8: rest[1], 13: rest[2] })[at] ?? 'telling'),
);

/** Kinds of canaries that are not telling, each as often as in a trial. */
export const REST: readonly Exclude<CanaryKind, TellingKind>[] = slotsOf(200).filter((slot) => slot !== 'telling');

/** Of so many canaries, those of telling kinds: also the distinct answers that make them as independent as they can be. */
export function tellingOf(count: number): number {
  return slotsOf(count).filter((slot) => slot === 'telling').length;
}

/**
 * So many canaries of these sources, or none while the sources do not give them. No kind is tried twice on one source, nor a telling one on
 * the same answer to two requests: the trials of one kind are of different texts. Each source gives one telling canary before any gives a
 * second, the kinds in turn.
 *
 * @param sources Different from each other in request or answer.
 * @param randomOf A source of lots for one kind and one source: a canary does not depend on what else is planned.
 */
export function planCanaries(
  sources: readonly CanarySource[],
  count: number,
  randomOf: (kind: CanaryKind, source: number) => CanaryRandom,
): CanaryPlan {
  const slots = slotsOf(count);
  const wanted = slots.filter((slot) => slot === 'telling').length;
  const telling = enoughOfEach(sources, wanted, randomOf);
  if (telling.length < wanted) return { canaries: [], missing: wanted - telling.length };
  const next = new Map<CanaryKind, number>();
  let told = 0;
  const canaries = slots.flatMap((slot): readonly PlannedCanary[] => {
    if (slot === 'telling') return telling.slice(told, (told += 1));
    for (let source = next.get(slot) ?? 0; source < sources.length; source += 1) {
      const from = sources[source];
      const canary = from === undefined ? null : makeCanary(slot, from, randomOf(slot, source));
      if (canary === null) continue;
      next.set(slot, source + 1);
      return [{ canary, source }];
    }
    return [];
  });
  const missing = slots.length - canaries.length;
  return { canaries: missing > 0 ? [] : canaries, missing };
}

/** The padded ones come last: a judge that has been found out by false wins until then is not asked about them. */
function slotsOf(count: number): readonly Slot[] {
  const others = count - Math.floor(PADDED_SHARE * count);
  return Array.from({ length: count }, (_, at) => (at < others ? (TURN[at % TURN.length] ?? 'telling') : 'padded'));
}

/** A kind that hardly any answer allows says nothing of the judge: the others take its place. */
function enoughOfEach(
  sources: readonly CanarySource[],
  wanted: number,
  randomOf: (kind: CanaryKind, source: number) => CanaryRandom,
): readonly PlannedCanary[] {
  let kinds: readonly TellingKind[] = TELLING_KINDS;
  for (;;) {
    const planned = tellingCanaries(sources, wanted, kinds, randomOf);
    const given = (kind: TellingKind): number => planned.filter(({ canary }) => canary.kind === kind).length;
    const enough = kinds.filter((kind) => given(kind) >= LEAST_OF_A_KIND);
    if (enough.length === kinds.length || planned.length < wanted) return planned;
    kinds = enough;
  }
}

function tellingCanaries(
  sources: readonly CanarySource[],
  wanted: number,
  kinds: readonly TellingKind[],
  randomOf: (kind: CanaryKind, source: number) => CanaryRandom,
): readonly PlannedCanary[] {
  const planned: PlannedCanary[] = [];
  const seen = new Set<string>();
  const tried = sources.map(() => new Set<TellingKind>());
  const next = (source: number): PlannedCanary | null => {
    const from = sources[source];
    if (from === undefined) return null;
    for (let step = 0; step < kinds.length; step += 1) {
      const kind = kinds[(source + step) % kinds.length];
      if (kind === undefined || tried[source]?.has(kind) !== false) continue;
      tried[source].add(kind);
      const text = JSON.stringify([kind, from.answer.trim(), kind === 'other_answer' ? from.request : '']);
      if (seen.has(text)) continue;
      const other = kind === 'other_answer' ? otherFor(source, sources) : null;
      const canary = makeCanary(kind, from, randomOf(kind, source), other);
      if (canary === null) continue;
      seen.add(text);
      return { canary, source };
    }
    return null;
  };
  for (let round = 0; round < kinds.length && planned.length < wanted; round += 1) {
    for (let source = 0; source < sources.length && planned.length < wanted; source += 1) {
      const one = next(source);
      if (one !== null) planned.push(one);
    }
  }
  return planned;
}

/** Answers looked at for one that is another: where so many in a row are the same, they are the same to nearly everybody. */
const OTHERS = 24;

/** The next source that says something else to something else. */
function otherFor(source: number, sources: readonly CanarySource[]): CanarySource | null {
  const own = sources[source];
  if (own === undefined) return null;
  for (let step = 1; step < sources.length && step <= OTHERS; step += 1) {
    const other = sources[(source + step) % sources.length];
    if (other !== undefined && canStandFor(other, own)) return other;
  }
  return null;
}
