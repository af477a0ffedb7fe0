import type { Policy, RunDefinition } from '@understudy/instrumentation/experiment';
import { SPENDING_GATES } from '../decide/spending.js';
import type { GateName, LatencyGate } from '../tally/gate-settings.js';
import { type Gate, gatesOf } from '../tally/gates.js';
import type { PairMoments, PairRates } from './first-passage.js';
import { slowerThan } from './log-normal.js';

/** A gate with what its pairs are expected to say. */
export interface PlannedGate {
  readonly gate: GateName;
  /** As the policy has it. */
  readonly margin: number;
  readonly m: number;
  readonly rates: PairRates | PairMoments;
  /** Pairs of the gate to a pair of evidence, in (0,1]. */
  readonly share: number;
  /** Pairs of evidence before its first one: its threshold is frozen from them. */
  readonly before: number;
  /** Where the rates are from, in words. */
  readonly basis: string;
  readonly measured: boolean;
}

/** What is taken for granted where nothing is measured. */
export interface Assumptions {
  /** Of errors, refusals, invalid answers: the incumbent's. */
  readonly baseRate: number;
  /** Of judged pairs, those in which neither answer is better. */
  readonly ties: number;
  /** Of the logarithm of latencies, log-normal on both sides. */
  readonly sigma: number;
  /** J of the judge: what it detects less what it invents. */
  readonly sensitivity: number;
  /** What a call costs on average, to the most one may (`mostPerCall`). */
  readonly typical: number;
}

export const ASSUMED: Assumptions = { baseRate: 0.01, ties: 0.3, sigma: 0.5, sensitivity: 0.8, typical: 0.1 };

/** The spread of a difference of two scores, as if so many pairs were ties and the others all or nothing: a standard deviation of .19. */
const SCORE_TIES = 0.85;

/** The gates of a policy as they would be with a candidate that is as good as the incumbent, by what is assumed of both. */
export function plannedGates(
  definition: Pick<RunDefinition, 'policy' | 'noise' | 'judge'>,
  assumed: Assumptions,
): readonly PlannedGate[] {
  const { policy, noise, judge } = definition;
  const gates = gatesOf(policy.gates).map((gate) => plannedGate(gate, policy, noise.rate, assumed));
  const { win_rate: winRate } = policy.gates;
  if (judge === null || !winRate) return gates;
  return [...gates, plannedWinRate(winRate.margin, judge.rate, assumed)];
}

/** @param share Of the evidence, what the judge is asked about. */
export function plannedWinRate(margin: number, share: number, { ties, sensitivity }: Assumptions): PlannedGate {
  return {
    gate: 'win_rate',
    margin,
    m: 0.5 - margin * sensitivity,
    rates: even(1 - ties),
    share,
    before: 0,
    basis: `ties ${percent(ties)}, J ${sensitivity}`,
    measured: false,
  };
}

function plannedGate(gate: Gate, { gates }: Policy, noiseRate: number, assumed: Assumptions): PlannedGate {
  const settings = gates[gate.name];
  const margin = !settings ? 0 : 'ratio' in settings ? settings.ratio : settings.margin;
  const common = {
    gate: gate.name,
    margin,
    m: gate.m,
    share: gate.noise ? noiseRate : 1,
    before: gate.freezing?.minimum ?? 0,
    measured: false,
  };
  if (gate.floor !== null)
    return { ...common, rates: { win: gate.floor, loss: 1 - gate.floor }, basis: `match ${percent(gate.floor)}` };
  if (gate.noise) return { ...common, rates: even(1 - SCORE_TIES), basis: 'scores spread by 0.39' };
  if (SPENDING_GATES.has(gate.name)) {
    const share = margin > 1 ? 1 : margin / 2;
    const { typical } = assumed;
    const most = typical === ASSUMED.typical ? 'a tenth' : percent(typical);
    const basis = `a call at ${most} of the most${share < 1 ? ', of the candidate at half of what is allowed' : ''}`;
    return { ...common, rates: spendingMoments(margin, { mean: typical, candidate: share }), basis };
  }
  if (isLatency(settings)) {
    const basis = `log-normal, sigma ${assumed.sigma}`;
    return { ...common, rates: latencyRates(gate.name, margin, assumed.sigma), basis };
  }
  const { baseRate } = assumed;
  return { ...common, rates: even(2 * baseRate * (1 - baseRate)), basis: `base rate ${percent(baseRate)}` };
}

/** Of calls whose cost varies by as much as its mean, of either side by itself. `mean`: the primary's, to the most. `candidate`: times that. */
export function spendingMoments(
  ratio: number,
  { mean, candidate }: { readonly mean: number; readonly candidate: number },
): PairMoments {
  const unit = 1 + ratio;
  return {
    mean: (ratio * mean - candidate * mean + 1) / unit,
    variance: Math.min(0.25, (ratio ** 2 + candidate ** 2) * (mean / unit) ** 2),
  };
}

/** Slower than T, and slower than T times the ratio, of two latencies of one log-normal distribution. */
function latencyRates(name: GateName, ratio: number, sigma: number): PairRates {
  const p = name.endsWith('p50') ? 0.5 : name.endsWith('p99') ? 0.99 : 0.95;
  const [reference, candidate] = [1 - p, slowerThan(p, ratio, sigma)];
  return { win: reference * (1 - candidate), loss: (1 - reference) * candidate };
}

function isLatency(settings: unknown): settings is LatencyGate {
  return typeof settings === 'object' && settings !== null && 'ratio' in settings;
}

/** No true difference: as many of either. */
export function even(informative: number): PairRates {
  return { win: informative / 2, loss: informative / 2 };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
