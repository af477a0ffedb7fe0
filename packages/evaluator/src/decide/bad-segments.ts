import { SEGMENT_NONE } from '@understudy/instrumentation/trial';
import { eBenjaminiHochberg } from '../stats/e-bh.js';
import type { Gate } from '../tally/gates.js';
import { describeGate, count } from './describe.js';
import { type Judged, judgeStream, type StreamsInput } from './judge-stream.js';
import { criticalOf, OVERALL, type Policy } from './policy.js';
import type { BadSegment, Hold } from './verdict.js';

/** `_other` and `_none` are no names of a run's own, and segments like any other. */
const RESERVED = 2;

/** Segments named in a sentence before the rest is only counted. */
const MOST_NAMED = 3;

/** How many segments a run may have beside the critical ones: K of e-BH, known before the first pair. */
export function otherSegments(policy: Pick<Policy, 'critical' | 'maxSegments'>): number {
  return Math.max(0, policy.maxSegments - criticalOf(policy).length) + RESERVED;
}

/** Segments beside the critical ones, the worst first. */
export interface OtherSegments {
  /** Those that do worse, though so many are looked at: they hold the verdict. */
  readonly bad: readonly BadSegment[];
  /** Those that would stop the run if they alone had been asked about: of many segments one such may be chance, so it is only said. */
  readonly suspect: readonly BadSegment[];
}

/**
 * The segments beside the critical ones that do worse at this look, by e-BH over all that the run may have: those that nobody has seen
 * count as e = 1.
 *
 * At a look that is chosen by the data, the expected share of segments on the list that are not harmed is at most `level` (STATISTICS
 * section 8). Nothing is latched: a segment that recovers is no more on it.
 *
 * @param shares The number of gates of a stream.
 */
export function judgeOthers(
  input: StreamsInput & { readonly policy: Policy },
  gates: readonly Gate[],
  shares: number,
  level: number,
): OtherSegments {
  const critical = new Set(criticalOf(input.policy));
  const named = new Set([...Object.keys(input.streams), ...Object.keys(input.preferences)]);
  const others = [...named].filter((stream) => stream !== OVERALL && !critical.has(stream)).toSorted();
  // Calls without a segment, where none has one, are all of them.
  if (critical.size === 0 && others.every((stream) => stream === SEGMENT_NONE)) return { bad: [], suspect: [] };
  const hypotheses = Math.max(otherSegments(input.policy), others.length);
  const bars = { safe: -Math.log(level), harm: Math.log(hypotheses / level), gates: shares };
  const judged = others.map((stream) => judgeStream(input, gates, stream, bars));
  const harm = judged.map(({ stream }) => stream.harmLogE);
  const onList = new Set(eBenjaminiHochberg(harm, { alpha: level, hypotheses }));
  const alone = [...harm.keys()].filter((at) => !onList.has(at) && (harm[at] ?? 0) >= -Math.log(level));
  const worstFirst = (places: readonly number[]): readonly BadSegment[] =>
    places
      .flatMap((at) => worstOf(judged[at]))
      .toSorted((a, b) => b.harmLogE - a.harmLogE || (a.stream < b.stream ? -1 : 1));
  return { bad: worstFirst([...onList]), suspect: worstFirst(alone) };
}

/** A segment with the gate that speaks against it most. */
function worstOf(one: Judged | undefined): readonly BadSegment[] {
  const [gate] = one?.gates.toSorted((a, b) => b.harmLogE - a.harmLogE) ?? [];
  if (one === undefined || gate === undefined) return [];
  return [{ stream: one.stream.stream, harmLogE: one.stream.harmLogE, gate }];
}

/** Why the segments on the list hold the verdict; nothing where there are none. */
export function describeBadSegments(bad: readonly BadSegment[]): readonly Hold[] {
  if (bad.length === 0) return [];
  const what = bad.length === 1 ? 'a segment does worse' : `${count(bad.length)} segments do worse`;
  return [{ reason: 'segment', sentence: `${what}: ${listed(bad)}` }];
}

/** What is to be looked at though nothing is held up, as an end of a sentence that says GO; empty where there is nothing. */
export function describeSuspects(suspect: readonly BadSegment[]): string {
  if (suspect.length === 0) return '';
  return ` Worse than allowed if taken alone, not critical, and perhaps chance among many segments: ${listed(suspect)}.`;
}

function listed(segments: readonly BadSegment[]): string {
  const named = segments
    .slice(0, MOST_NAMED)
    .map(({ gate }) => `${describeGate({ ...gate, state: 'harm' })} over ${count(gate.pairs)} pairs`);
  const rest = segments.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}
