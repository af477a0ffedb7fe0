import { SEGMENT_NONE, SEGMENT_OTHER } from '@understudy/instrumentation/trial';
import type { ArmState, LedgerSnapshot, OutcomeCount } from '../ledger/snapshot.js';
import { METRIC_DROPPED, METRIC_FUNNEL, METRIC_JUDGEMENTS, METRIC_PAIRS } from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What came of a pair, in one word. */
type PairOutcome = 'ok' | 'shadow_error' | 'primary_error' | 'both_error' | 'aborted' | 'missing';

/**
 * The evaluator's part of the funnel, out of the ledger: cumulative over all runs of an experiment, so that any replica and
 * any restart gives the same numbers, and a new run does not turn a counter back.
 *
 * `lost` is what was not there when its slice closed, whether it came later or never: so it only grows.
 */
export function funnelMetrics(snapshot: LedgerSnapshot): readonly Metric[] {
  const arms = armsOf(snapshot);
  const points = (of: (arm: ArmState) => Readonly<Record<string, number>>, label: string): readonly Point[] =>
    arms.flatMap(({ attributes, since, states }) =>
      [...sumBy(states, of)].map(([key, value]) => ({ attributes: { ...attributes, [label]: key }, value, since })),
    );
  return [
    numbers(
      METRIC_FUNNEL,
      points(
        ({ funnel, judgements }) => ({ stored: funnel.stored, scored: funnel.scored, ...judgedStage(judgements) }),
        'stage',
      ),
    ),
    numbers(
      METRIC_DROPPED,
      points(({ funnel }) => ({ aside: funnel.aside, lost: funnel.lost + funnel.late }), 'reason'),
    ),
    numbers(METRIC_PAIRS, arms.flatMap(pairPoints)),
    numbers(METRIC_JUDGEMENTS, arms.flatMap(judgementPoints)),
  ];
}

export interface ArmOfExperiment {
  readonly attributes: { readonly experiment: string; readonly arm: string };
  /** Registration of the experiment's first run. */
  readonly since: number;
  /** Of every run. */
  readonly states: readonly ArmState[];
}

export function armsOf({ runs }: LedgerSnapshot): readonly ArmOfExperiment[] {
  const arms = new Map<string, ArmOfExperiment & { states: ArmState[] }>();
  for (const { run, arms: states } of runs) {
    for (const [arm, all] of Object.entries(states)) {
      const state = withFewSegments(all, run.definition.segments.critical);
      const key = JSON.stringify([run.experiment, arm]);
      const known = arms.get(key);
      if (known !== undefined) known.states.push(state);
      else arms.set(key, { attributes: { experiment: run.experiment, arm }, since: run.registeredAt, states: [state] });
    }
  }
  return [...arms.values()];
}

/**
 * Segments times outcomes times arms would be hundreds of series: a segment that nothing hangs on is one of the others. By the definition of the
 * pair's own run, so that none of a counter moves to another one when the next run names other segments.
 */
function withFewSegments(state: ArmState, critical: readonly string[]): ArmState {
  const told = <One extends { readonly segment: string }>(one: One): One =>
    one.segment === SEGMENT_NONE || critical.includes(one.segment) ? one : { ...one, segment: SEGMENT_OTHER };
  return { ...state, outcomes: state.outcomes.map(told), judgements: state.judgements.map(told) };
}

function sumBy(
  states: readonly ArmState[],
  of: (state: ArmState) => Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of states.flatMap((state) => Object.entries(of(state)))) {
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}

function pairPoints(arm: ArmOfExperiment): readonly Point[] {
  const outcomes = arm.states.flatMap((state) => state.outcomes);
  return outcomePoints(
    arm,
    outcomes.map((one) => ({ ...one, outcome: outcomeOf(one) })),
  );
}

function judgementPoints(arm: ArmOfExperiment): readonly Point[] {
  return outcomePoints(
    arm,
    arm.states.flatMap(({ judgements }) => judgements),
  );
}

/** Absent where nothing was drawn for a judge. */
function judgedStage(judgements: ArmState['judgements']): { readonly judged?: number } {
  const judged = judgements.filter(({ outcome }) => outcome !== 'abstained');
  return judgements.length === 0 ? {} : { judged: judged.reduce((sum, { pairs }) => sum + pairs, 0) };
}

function outcomePoints(
  { attributes, since }: ArmOfExperiment,
  counts: readonly { readonly segment: string; readonly outcome: string; readonly pairs: number }[],
): readonly Point[] {
  const sums = new Map<string, { readonly segment: string; readonly outcome: string; value: number }>();
  for (const { segment, outcome, pairs } of counts) {
    const key = JSON.stringify([segment, outcome]);
    const known = sums.get(key);
    if (known !== undefined) known.value += pairs;
    else sums.set(key, { segment, outcome, value: pairs });
  }
  return [...sums.values()].map(({ segment, outcome, value }) => ({
    attributes: { ...attributes, segment, outcome },
    value,
    since,
  }));
}

/** The outcome of a pair, from those of its two calls. */
function outcomeOf({ primary, shadow }: Pick<OutcomeCount, 'primary' | 'shadow'>): PairOutcome {
  if (primary === 'missing' || shadow === 'missing') return 'missing';
  if (primary === 'aborted' || shadow === 'aborted') return 'aborted';
  if (primary === 'error') return shadow === 'error' ? 'both_error' : 'primary_error';
  return shadow === 'error' ? 'shadow_error' : 'ok';
}
