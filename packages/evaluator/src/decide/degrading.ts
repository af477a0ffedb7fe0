import { DAYS_KEPT } from '../ledger/evidence-days.js';
import type { PreferenceEvidence } from '../ledger/judging-state.js';
import type { EvidenceDay } from '../ledger/snapshot.js';
import { dateOf } from '../tally/day.js';
import type { GateName } from '../tally/gate-settings.js';
import type { Gate } from '../tally/gates.js';
import { mergeTallies, type Tally } from '../tally/tally.js';
import { mergeWinRates } from '../tally/win-rate.js';
import { count, describeGate } from './describe.js';
import { judgeStream, type MetricTallies, type StreamsInput } from './judge-stream.js';
import { OVERALL } from './policy.js';
import type { Degrading, Hold } from './verdict.js';

/** What the evidence since a day is made of. */
type Since = Pick<EvidenceDay, 'gates' | 'preference'>;

/**
 * Since which day the candidate does worse, the one that says so most clearly; null: since none.
 *
 * All evidence together says for long that a candidate is good which was so for weeks and is not any more. So a second process of
 * harm begins on each day d of the run from the second one, on the evidence from that day on alone, and is believed at d (d + 1) / level:
 * the sum over all days of 1 / (d (d + 1)) is 1, so that a candidate that never gets worse than its margins is doubted at any look, ever,
 * with probability at most `level` (STATISTICS section 8). The first day's would be the process of all evidence, which has a bar of its own.
 * Not latched: a candidate that is good again for long enough is doubted no more.
 *
 * @param shares The number of gates of a stream.
 */
export function degrading(
  input: StreamsInput & { readonly evidenceDays: readonly EvidenceDay[] },
  gates: readonly Gate[],
  shares: number,
  level: number,
): Degrading | null {
  const { evidenceDays } = input;
  const [first, last] = [evidenceDays[0]?.day ?? 0, evidenceDays.at(-1)?.day ?? 0];
  let since: Since = { gates: {}, preference: null };
  let found: (Degrading & { readonly excess: number }) | null = null;
  for (const one of evidenceDays.toReversed()) {
    const day = one.day - first + 1;
    // What is older is kept no more, but for the day from which days are counted.
    if (day === 1 || one.day <= last - DAYS_KEPT) break;
    since = {
      gates: mergeGates(one.gates, since.gates),
      preference: mergePreferences(one.preference, since.preference),
    };
    const bars = { safe: -Math.log(level), harm: Math.log((day * (day + 1)) / level), gates: shares };
    const preferences = since.preference === null ? {} : { [OVERALL]: since.preference };
    const { stream, gates: all } = judgeStream(
      { ...input, streams: { [OVERALL]: since.gates }, preferences },
      gates,
      OVERALL,
      bars,
    );
    const [gate] = all.toSorted((a, b) => b.harmLogE - a.harmLogE);
    const excess = stream.harmLogE - bars.harm;
    if (gate === undefined || !(excess >= 0) || excess <= (found?.excess ?? -1)) continue;
    found = { day, since: dateOf(one.day), harmLogE: stream.harmLogE, gate, excess };
  }
  if (found === null) return null;
  const { excess: _, ...told } = found;
  return told;
}

/** Why a candidate that gets worse holds the verdict; nothing where it does not. */
export function describeDegrading(worse: Degrading | null): readonly Hold[] {
  if (worse === null) return [];
  const { day, since, gate } = worse;
  const numbers = `${describeGate({ ...gate, state: 'harm' })} over ${count(gate.pairs)} pairs`;
  return [
    { reason: 'degrading', sentence: `the candidate gets worse: since ${since}, day ${day} of the run, ${numbers}` },
  ];
}

function mergeGates(a: MetricTallies, b: MetricTallies): MetricTallies {
  const sums: Partial<Record<GateName, Tally>> = { ...a };
  for (const [name, tally] of Object.entries(b) as [GateName, Tally][]) {
    const known = sums[name];
    sums[name] = known === undefined ? tally : mergeTallies(known, tally);
  }
  return sums;
}

function mergePreferences(a: PreferenceEvidence | null, b: PreferenceEvidence | null): PreferenceEvidence | null {
  return merged(a, b, (one, other) => ({
    judged: merged(one.judged, other.judged, (left, right) => ({
      safe: mergeTallies(left.safe, right.safe),
      harm: mergeTallies(left.harm, right.harm),
    })),
    labelled: merged(one.labelled, other.labelled, mergeWinRates),
  }));
}

function merged<Part>(a: Part | null, b: Part | null, merge: (a: Part, b: Part) => Part): Part | null {
  return a === null ? b : b === null ? a : merge(a, b);
}
