import { judgeBoundary } from '../stats/judge-boundary.js';
import { encodeTally } from './codec.js';
import type { MissingLegs } from './missing.js';
import { judgeObservation, type PreferenceFacts } from './preference.js';
import { streamsOf } from './stored-pair.js';
import { addPair, emptyTally } from './tally.js';
import { weightOf } from './weight.js';
import { encodeWinRate } from './win-rate-codec.js';
import { addPreference, emptyWinRate } from './win-rate.js';

/**
 * The evidence on the win rate, each closed slice by slice on its own: what the judge says, against the boundary of either claim, and what
 * it says corrected by labels.
 */
export type WinRateMetric = 'win_rate_judge_safe' | 'win_rate_judge_harm' | 'win_rate_labels';

/** One pair of evidence. */
export interface PreferencePair {
  readonly arm: string;
  readonly segment: string;
  /** The probability it was included with, to be judged among it, to be labelled not. */
  readonly pi: number;
  readonly facts: PreferenceFacts;
}

/** Everything a slice says of who is better. */
export interface WinRateInput {
  readonly pairs: readonly PreferencePair[];
  readonly absent: readonly Pick<MissingLegs, 'arm' | 'segment' | 'pi' | 'legs'>[];
  readonly piMin: number;
  readonly margin: number;
}

/** Evidence of one metric in one stream, as it is stored. */
export interface StoredEvidence {
  readonly arm: string;
  readonly stream: string;
  readonly metric: string;
  readonly bytes: Uint8Array;
}

/** Something preferences are added to. */
interface Gathering {
  add(facts: PreferenceFacts, weight: number, count: number): void;
  list(): readonly (readonly [WinRateMetric, Uint8Array])[];
}

/** Nothing where the judge sees too little to decide alone. @param sensitivity J, frozen. */
export function closeJudged(input: WinRateInput, sensitivity: number): readonly StoredEvidence[] {
  const boundary = judgeBoundary(input.margin, sensitivity);
  if (boundary === null) return [];
  return gathered(input, () => {
    const safe = emptyTally(boundary.safe);
    const harm = emptyTally(boundary.harm);
    return {
      add: (facts, weight, count) => {
        for (const tally of [safe, harm]) addPair(tally, judgeObservation(facts), weight, count);
      },
      list: () => [
        ['win_rate_judge_safe', encodeTally(safe)],
        ['win_rate_judge_harm', encodeTally(harm)],
      ],
    };
  });
}

/** @param offered The policy's probability that a judged pair is offered to a person. */
export function closeLabelled(input: WinRateInput, offered: number): readonly StoredEvidence[] {
  return gathered(input, () => {
    const rate = emptyWinRate({ m: 0.5 - input.margin, offered });
    return {
      add: (facts, weight, count) => addPreference(rate, facts, weight, count),
      list: () => [['win_rate_labels', encodeWinRate(rate)]],
    };
  });
}

/** A pair refused for its pi counts as missing: leaving it out would be neutral. Independent of the order of the pairs. */
function gathered({ pairs, absent, piMin }: WinRateInput, empty: () => Gathering): readonly StoredEvidence[] {
  const streams = new Map<string, { readonly arm: string; readonly stream: string; readonly of: Gathering }>();
  const add = (
    { arm, segment, pi }: Pick<PreferencePair, 'arm' | 'segment' | 'pi'>,
    facts: PreferenceFacts,
    count: number,
  ): void => {
    const weight = weightOf(pi, piMin);
    for (const stream of streamsOf(segment)) {
      const key = JSON.stringify([arm, stream]);
      const entry = streams.get(key) ?? { arm, stream, of: empty() };
      streams.set(key, entry);
      entry.of.add(weight === null ? { status: 'missing' } : facts, weight ?? 1, count);
    }
  };
  for (const pair of pairs) add(pair, pair.facts, 1);
  for (const group of absent) add(group, { status: 'missing' }, group.legs);
  return [...streams.values()].flatMap(({ arm, stream, of }) =>
    of.list().map(([metric, bytes]) => ({ arm, stream, metric, bytes })),
  );
}
