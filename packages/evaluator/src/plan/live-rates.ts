import { NANO_USD } from '@understudy/instrumentation/experiment';
import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { money, RATE_GATES } from '../decide/describe.js';
import { SPENDING_GATES } from '../decide/spending.js';
import type { Standing } from '../decide/standing.js';
import { SHORTEST_MS, soFarOf } from '../decide/time-left.js';
import type { GateVerdict } from '../decide/verdict.js';
import type { LedgerSnapshot, RunState } from '../ledger/snapshot.js';
import { BETS } from '../stats/bets.js';
import { DAY_MS } from '../tally/day.js';
import { totalOf } from '../tally/shown.js';
import { sumsOf, type Tally } from '../tally/tally.js';
import type { PairMoments } from './first-passage.js';
import { even, type PlannedGate } from './planned-gate.js';

/** Known pairs below which what was seen says less than what is assumed. */
const ENOUGH = 100;

/**
 * The gates with what the ledger has seen of them, where that is enough. How often pairs differ is measured; that they do so in favour of either side
 * alike is assumed, since the plan is for a candidate as good as the incumbent. Latency, cost and tokens are taken as they
 * are: the ratio is their margin.
 */
export function withMeasured(planned: readonly PlannedGate[], standing: Standing): readonly PlannedGate[] {
  const { verdict, state } = standing;
  return planned.map((gate) => {
    const seen = verdict.gates.find((one) => one.gate === gate.gate && one.stream === SEGMENT_ALL);
    if (seen === undefined || seen.pairs - seen.missing < ENOUGH) return gate;
    const share = verdict.pairs > 0 ? Math.min(1, seen.pairs / verdict.pairs) : gate.share;
    const tally = state.streams[SEGMENT_ALL]?.[gate.gate];
    return { ...gate, ...measured(gate, seen, tally), share: gate.before > 0 ? gate.share : share, measured: true };
  });
}

function measured(
  gate: PlannedGate,
  seen: GateVerdict,
  tally: Tally | undefined,
): Pick<PlannedGate, 'rates' | 'basis' | 'm'> {
  const { m } = gate;
  const known = seen.pairs - seen.missing;
  const differing = (seen.wins + seen.losses + 1) / (known + 2);
  if (seen.thresholdMs !== null) {
    const rates = { win: seen.wins / known, loss: seen.losses / known };
    return { m, rates, basis: `slower: ${percent(rates.win)} and ${percent(rates.loss)} alone` };
  }
  if (SPENDING_GATES.has(gate.gate)) {
    if (tally === undefined) return gate;
    const basis = `${money(gate.gate, seen.candidate)} a call against ${money(gate.gate, seen.reference)}`;
    return { m, rates: momentsOf(tally), basis };
  }
  if (gate.gate === 'win_rate') {
    const sensitivity = seen.winRate?.sensitivity ?? null;
    const basis = `ties ${percent(1 - differing)}${sensitivity === null ? '' : `, J ${sensitivity.toFixed(2)}`}`;
    const boundary = sensitivity === null || sensitivity <= 0 ? m : 0.5 - gate.margin * sensitivity;
    return { m: boundary, rates: even(differing), basis };
  }
  if (seen.floor !== undefined) {
    const match = seen.candidate ?? seen.floor;
    return { m, rates: { win: match, loss: 1 - match }, basis: `match ${percent(match)}` };
  }
  if (gate.share < 1 || isNoise(gate)) {
    const spread = tally === undefined ? differing : Math.min(1, 4 * momentsOf(tally).variance);
    return { m, rates: even(spread), basis: `scores spread by ${Math.sqrt(spread).toFixed(2)}` };
  }
  const reference = seen.reference ?? 0;
  return { m, rates: even(differing), basis: `base rate ${percent(reference)}, ${percent(differing)} differ` };
}

function isNoise({ gate }: PlannedGate): boolean {
  return !RATE_GATES.has(gate) && gate !== 'validity';
}

/**
 * The mean and the variance of x, read off the two smallest bets: ln W_1 = a S1 - a^2 S2 / 2 + ..., with a their size and S1, S2 the sums of x - m and of its
 * square, so 2 ln W_1 - ln W_2 = a^2 S2 to within 3 %. The tally keeps no squares.
 */
export function momentsOf(tally: Tally): PairMoments {
  const { pairs, safe } = sumsOf(tally);
  const n = Number(pairs);
  if (n === 0) return { mean: tally.m, variance: 0.25 };
  const smallest = 0.5 / BETS / tally.m;
  const [one, two] = [Number(safe[0] ?? 0n) / 2 ** 40, Number(safe[1] ?? 0n) / 2 ** 40];
  const above = (4 * one - two) / (2 * smallest) / n;
  const variance = (2 * one - two) / smallest ** 2 / n - above * above;
  return { mean: Math.min(1, Math.max(0, tally.m + above)), variance: Math.min(0.25, Math.max(0, variance)) };
}

/** What a pair of evidence takes, as the ledger has it. Null: not known. */
export interface Pace {
  readonly pairsPerDay: number | null;
  /** Of the whole experiment: shadows, A/A legs and the judge; at list prices, of the shadows alone, where there is no budget. */
  readonly usdPerPair: number | null;
}

export function paceOf(snapshot: LedgerSnapshot, run: RunState, { state }: Standing): Pace {
  const { budget } = run;
  const { pairs: evidence, ms } = soFarOf(run, state.funnel.evidence);
  const siblings = snapshot.runs.filter((one) => one.run.experiment === run.run.experiment);
  const all = siblings.flatMap(({ arms }) => Object.entries(arms)).filter(([arm]) => arm !== 'aa');
  const paidFor = all.reduce((sum, [, arm]) => sum + arm.funnel.evidence, 0);
  const counters = state.observed[SEGMENT_ALL]?.counters;
  const listed = counters === undefined ? null : totalOf(counters, 'list_cost', 'shadow');
  const spent = budget === null || budget.spent === 0 ? null : budget.spent / NANO_USD;
  return {
    pairsPerDay: evidence > 0 && ms >= SHORTEST_MS ? (evidence * DAY_MS) / ms : null,
    usdPerPair:
      spent !== null && paidFor > 0 ? spent / paidFor : listed !== null && evidence > 0 ? listed / evidence : null,
  };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
