import { addCount, type Counters, countOf } from './counters.js';
import type { PairFacts } from './facts.js';

/** Turns are counted up to each of these, and beyond the last. */
const TURN_BOUNDS = [0, 1, 2, 3, 5, 10, 20, 50] as const;

/** All pairs that came in time, and those of them that are evidence. */
type Kind = 'stored' | 'evidence';

/** Of how many turns the conversations of pairs are: those that are evidence beside all that are stored, of closed slices, as far as notes were taken. */
export interface ShownTurns {
  readonly stored: number;
  readonly evidence: number;
  /** By turns, such as `2`, `4-5` and `51+`, ascending; those of which it is not known are in none. */
  readonly bins: readonly { readonly turns: string; readonly stored: number; readonly evidence: number }[];
}

export function countTurns(counters: Counters, kind: Kind, { notes }: PairFacts): void {
  if (notes === undefined) return;
  addCount(counters, `turns ${kind}`);
  const { turns = Number.NaN } = notes;
  if (!(turns >= 0)) return;
  addCount(counters, `turns ${kind} ${TURN_BOUNDS.filter((bound) => turns > bound).length}`);
}

export function turnsShown(counters: ReadonlyMap<string, bigint>): ShownTurns {
  const count = (kind: Kind, bin: number): number => countOf(counters, `turns ${kind} ${bin}`);
  const bins = Array.from({ length: TURN_BOUNDS.length + 1 }, (_, bin) => ({
    turns: labelOf(bin),
    stored: count('stored', bin),
    evidence: count('evidence', bin),
  }));
  return {
    stored: countOf(counters, 'turns stored'),
    evidence: countOf(counters, 'turns evidence'),
    bins: bins.filter(({ stored, evidence }) => stored + evidence > 0),
  };
}

/** Evidence is under a fifth of what is stored: most calls repeat a conversation. Nothing is said of few pairs. */
export function isClustered({ stored, evidence }: Pick<ShownTurns, 'stored' | 'evidence'>): boolean {
  return stored >= FEWEST && 5 * evidence < stored;
}

const FEWEST = 100;

function labelOf(bin: number): string {
  const [before, bound] = [TURN_BOUNDS[bin - 1] ?? -1, TURN_BOUNDS[bin]];
  if (bound === undefined) return `${before + 1}+`;
  return bound === before + 1 ? String(bound) : `${before + 1}-${bound}`;
}
