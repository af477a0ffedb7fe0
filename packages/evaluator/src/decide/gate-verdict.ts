import { mcNemar } from '../stats/mcnemar.js';
import { pairsRemaining } from '../stats/pairs-remaining.js';
import type { Gates } from '../tally/gate-settings.js';
import type { Gate } from '../tally/gates.js';
import type { Threshold } from '../tally/latencies.js';
import { emptyTally, snapshot, type Snapshot, type Tally } from '../tally/tally.js';
import { ANSWER_GATES } from './describe.js';
import { PolicyError } from './policy.js';
import { SPENDING_GATES } from './spending.js';
import type { GateState, GateVerdict } from './verdict.js';

/** The e-values a claim needs. Natural logarithms. */
export interface Bars {
  /** 1 / level: a gate is passed. */
  readonly safe: number;
  /** (1 + critical segments) / level: the mean over the gates of a stream stops the run. */
  readonly harm: number;
  /** The number of gates of the stream. */
  readonly gates: number;
}

/**
 * What one gate says in one stream. A gate without a tally has no pair, and a gate without a pair is never passed.
 *
 * @throws PolicyError for a tally made with another margin than the policy's
 */
export function gateVerdict(
  gate: Gate,
  settings: Gates,
  stream: string,
  tally: Tally = emptyTally(gate.m),
  thresholds: readonly Threshold[] = [],
  bars: Bars,
): GateVerdict {
  if (tally.m !== gate.m) {
    throw new PolicyError(
      `the evidence of ${gate.name} in ${stream} was tested against m = ${tally.m}, the policy says ${gate.m}`,
    );
  }
  const frozen = thresholds.find((one) => one.stream === stream && one.metric === gate.name);
  const thresholdMs = gate.thresholdMs ?? (gate.freezing === null ? null : (frozen?.value ?? null));
  const numbers = snapshot(tally);
  const state = stateOf(gate, numbers, thresholdMs, bars);
  return {
    gate: gate.name,
    stream,
    state,
    pairs: numbers.pairs,
    missing: numbers.missing,
    wins: numbers.wins,
    ties: numbers.ties,
    losses: numbers.losses,
    reference: scaled(numbers.reference, gate),
    candidate: scaled(numbers.candidate, gate),
    margin: marginOf(settings, gate),
    thresholdMs,
    safeLogE: numbers.safe.logE,
    harmLogE: numbers.harm.logE,
    remaining:
      state === 'open'
        ? pairsRemaining({ logLargest: numbers.safe.logLargest, pairs: numbers.pairs }, bars.safe)
        : null,
    ...(gate.floor !== null && { floor: gate.floor }),
    ...(SPENDING_GATES.has(gate.name) && { mostPerCall: gate.scale, over: numbers.marked }),
    ...(ANSWER_GATES.has(gate.name) && { failed: numbers.marked }),
    ...(gate.name === 'cost' && { unpriced: numbers.unpriced }),
    ...(gate.name === 'validity' && { mcNemarP: mcNemar(numbers.wins, numbers.losses).p }),
  };
}

function scaled(level: number | null, { scale }: Gate): number | null {
  return level === null ? null : level * scale;
}

function stateOf(gate: Gate, numbers: Snapshot, thresholdMs: number | null, bars: Bars): GateState {
  // The mean over J gates is at least one gate's share of it.
  if (numbers.harm.logE >= bars.harm + Math.log(bars.gates)) return 'harm';
  if (gate.freezing !== null && thresholdMs === null) return 'waiting';
  const known = numbers.pairs - numbers.missing;
  if (known <= 0) return 'empty';
  // Where the incumbent does not agree with itself, disagreeing proves nothing: exact match on free text is 0 for anyone.
  if (gate.insensitiveBelow !== null && !((numbers.reference ?? 0) >= gate.insensitiveBelow)) return 'insensitive';
  return numbers.safe.logE >= bars.safe ? 'safe' : 'open';
}

function marginOf(settings: Gates, gate: Gate): number {
  const one = settings[gate.name];
  if (one === undefined || one === false) return 0;
  return 'ratio' in one ? one.ratio : one.margin;
}
