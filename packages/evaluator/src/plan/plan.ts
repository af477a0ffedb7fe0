import { firstPassage } from './first-passage.js';
import type { PlannedGate } from './planned-gate.js';

export interface PlanInput {
  readonly gates: readonly PlannedGate[];
  /** Of every test of the run. */
  readonly level: number;
  /** With this probability each gate is passed by then. */
  readonly power: number;
  /** Of the policy. */
  readonly minPairs: number;
  /** Pairs of evidence there are. */
  readonly have: number;
  /** Pairs of evidence a day, and US dollars for one; null: not known. */
  readonly pairsPerDay: number | null;
  readonly usdPerPair: number | null;
}

/** What one gate needs: pairs of evidence of the overall stream, from the first one on. */
export interface GatePlan extends PlannedGate {
  /** Null: with these rates no number of pairs is enough. */
  readonly needed: Needed | null;
}

export interface Needed {
  /** With the asked power. */
  readonly pairs: number;
  readonly meanPairs: number;
  readonly days: number | null;
  readonly usd: number | null;
}

/** What a verdict needs, if the candidate is as good as the incumbent. JSON. */
export interface Plan {
  readonly v: 1;
  readonly level: number;
  readonly power: number;
  readonly minPairs: number;
  readonly have: number;
  readonly pairsPerDay: number | null;
  readonly usdPerPair: number | null;
  readonly gates: readonly GatePlan[];
  /** The slowest gate's, and no less than the policy's `minPairs`. Null: a gate cannot be passed. */
  readonly needed: Needed | null;
  /** The same less what there is. */
  readonly remaining: Pick<Needed, 'pairs' | 'days' | 'usd'> | null;
  /** The gate that sets the pace. Null: `minPairs` does, or a gate cannot be passed. */
  readonly slowest: string | null;
}

/** Pairs, days and dollars. Pure. Cost: some 10^6 additions a gate. @throws RangeError for a setting out of range */
export function planOf(input: PlanInput): Plan {
  const { level, power, minPairs, have, pairsPerDay, usdPerPair } = input;
  const costs = (pairs: number): Pick<Needed, 'days' | 'usd'> => ({
    days: pairsPerDay === null ? null : pairs / pairsPerDay,
    usd: usdPerPair === null ? null : pairs * usdPerPair,
  });
  const gates = input.gates.map((gate): GatePlan => {
    const { m, rates, share, before } = gate;
    const passage = share > 0 ? firstPassage(rates, { m, level, power }) : null;
    if (passage === null) return { ...gate, needed: null };
    const overall = (pairs: number): number => Math.ceil(before + pairs / share);
    const pairs = overall(passage.quantile);
    return { ...gate, needed: { pairs, meanPairs: overall(passage.mean), ...costs(pairs) } };
  });
  const common = { v: 1, level, power, minPairs, have, pairsPerDay, usdPerPair, gates } as const;
  const known = gates.flatMap(({ gate, needed }) => (needed === null ? [] : [{ gate, ...needed }]));
  if (known.length < gates.length) return { ...common, needed: null, remaining: null, slowest: null };
  const slowest = known.toSorted((a, b) => b.pairs - a.pairs)[0];
  const pairs = Math.max(minPairs, slowest?.pairs ?? 0);
  const meanPairs = Math.max(minPairs, ...known.map((one) => one.meanPairs));
  const rest = Math.max(0, pairs - have);
  return {
    ...common,
    needed: { pairs, meanPairs, ...costs(pairs) },
    remaining: { pairs: rest, ...costs(rest) },
    slowest: slowest === undefined || slowest.pairs < minPairs ? null : slowest.gate,
  };
}
