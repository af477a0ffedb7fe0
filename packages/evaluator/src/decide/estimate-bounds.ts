import { meanAtLeast } from '../stats/mean-by-bets.js';
import { judgeBoundary } from '../stats/judge-boundary.js';
import { winRateOf } from '../ledger/win-rate-settings.js';
import { betsOfWinRate } from '../tally/win-rate.js';
import { gatesOf } from '../tally/gates.js';
import { betsOfTally, type Tally } from '../tally/tally.js';
import type { Standing } from './standing.js';
import type { GateVerdict } from './verdict.js';
import { own } from '../tally/own.js';

/** A number, what it may be at the least and at the most, and what it is compared with: all on one scale. */
export interface Estimate {
  readonly point: number;
  /** Null where nothing has been tested yet. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly margin: number;
}

/** The mean of x that is certain from below and from above, in [0,1]. */
interface Ends {
  readonly low: number;
  readonly high: number;
}

/** How x is read as the candidate's level less the incumbent's: `at(x)` rises, or falls. */
interface Scale {
  readonly m: number;
  readonly at: (x: number) => number;
}

/**
 * The candidate's level less the incumbent's in one gate and stream, with a confidence sequence at the level of the run's tests on either
 * side: it passes the margin at the very look at which the gate's claim of safety is made. Null where nothing is known yet.
 */
export function estimateOf(gate: GateVerdict, standing: Standing): Estimate | null {
  const { candidate, reference } = gate;
  if (candidate === null || reference === null) return null;
  const { scale, ends } = gate.gate === 'win_rate' ? preference(gate, standing) : observed(gate, standing);
  if (scale === null) return null;
  const both = ends === null ? null : [scale.at(ends.low), scale.at(ends.high)];
  return {
    point: candidate - reference,
    lower: both === null ? null : Math.min(...both),
    upper: both === null ? null : Math.max(...both),
    margin: scale.at(scale.m),
  };
}

interface Found {
  readonly scale: Scale | null;
  readonly ends: Ends | null;
}

const NOTHING: Found = { scale: null, ends: null };

function observed({ gate: name, stream, reference, floor }: GateVerdict, standing: Standing): Found {
  const { gates } = standing.run.definition.policy;
  const gate = gatesOf(gates).find((one) => one.name === name);
  if (gate === undefined || reference === null) return NOTHING;
  const { m, scale: unit } = gate;
  const tally = own(own(standing.state.streams, stream) ?? {}, name) ?? null;
  const ends = tally === null ? null : endsOf(tally, tally, standing.verdict.level);
  if (floor !== undefined) return { scale: { m, at: (x) => x - floor }, ends };
  const settings = gates[name];
  if ((name === 'cost' || name === 'tokens') && typeof settings === 'object' && 'ratio' in settings) {
    // x = (r P - S + B) / ((1 + r) B), and P as it is over the evidence.
    const { ratio } = settings;
    return { scale: { m, at: (x) => (ratio - 1) * reference + unit - (1 + ratio) * unit * x }, ends };
  }
  const isMoreBetter = name === 'validity' || gate.noise;
  return { scale: { m, at: isMoreBetter ? (x) => 2 * x - 1 : (x) => 1 - 2 * x }, ends };
}

function preference({ stream, winRate, state }: GateVerdict, { run, state: arm, verdict }: Standing): Found {
  const settings = winRateOf(run.definition);
  if (settings === null || winRate === undefined) return NOTHING;
  const evidence = own(arm.preferences, stream);
  const at = (x: number): number => 2 * x - 1;
  const { sensitivity } = winRate;
  const boundary = sensitivity === null ? null : judgeBoundary(settings.margin, sensitivity);
  const alone = { m: boundary?.safe ?? 0.5 - settings.margin, at };
  if (settings.labels === null) {
    // The word of a judge that may not decide bounds nothing.
    const judged = state === 'judge_insensitive' ? null : (evidence?.judged ?? null);
    return { scale: alone, ends: judged === null ? null : endsOf(judged.safe, judged.harm, verdict.level) };
  }
  const rate = evidence?.labelled ?? null;
  if (rate === null) return { scale: alone, ends: null };
  const bar = -Math.log(verdict.level);
  const { safe, harm } = betsOfWinRate(rate);
  return {
    scale: { m: rate.design.m, at },
    ends: { low: meanAtLeast(safe, bar), high: 1 - meanAtLeast(harm, bar) },
  };
}

function endsOf(safe: Tally, harm: Tally, level: number): Ends {
  const bar = -Math.log(level);
  return { low: meanAtLeast(betsOfTally(safe).safe, bar), high: 1 - meanAtLeast(betsOfTally(harm).harm, bar) };
}
