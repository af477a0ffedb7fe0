import type { Attributes } from '@opentelemetry/api';
import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { coverageOf } from '../decide/coverage.js';
import { type Estimate, estimateOf } from '../decide/estimate-bounds.js';
import { REASONS_OF_RUNS, reasonsOf } from '../decide/reasons.js';
import { stateOfStream } from '../decide/segment-states.js';
import type { Standing } from '../decide/standing.js';
import { STATES } from '../decide/verdict.js';
import {
  METRIC_COVERAGE,
  METRIC_ESTIMATE,
  METRIC_EVIDENCE,
  METRIC_EVIDENCE_THRESHOLD,
  METRIC_MARGIN,
  METRIC_PAIRS_EVIDENCE,
  METRIC_PAIRS_REMAINING,
  METRIC_REASON,
  METRIC_TIME_REMAINING,
  METRIC_VERDICT,
} from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What the current runs' verdicts say, as gauges. */
export function verdictMetrics(standings: readonly Standing[]): readonly Metric[] {
  const current = standings.filter((standing) => standing.current);
  const estimates = current.flatMap(estimatesOf);
  return [
    numbers(METRIC_VERDICT, current.flatMap(statePoints)),
    numbers(METRIC_REASON, current.flatMap(reasonPoints)),
    numbers(METRIC_ESTIMATE, estimates.flatMap(estimatePoints)),
    numbers(
      METRIC_MARGIN,
      estimates.map(({ attributes, estimate }) => ({ attributes, value: estimate.margin })),
    ),
    numbers(METRIC_EVIDENCE, current.flatMap(evidencePoints)),
    numbers(METRIC_EVIDENCE_THRESHOLD, current.flatMap(thresholdPoints)),
    numbers(
      METRIC_PAIRS_EVIDENCE,
      current.map((standing) => ({ attributes: of(standing), value: standing.verdict.pairs })),
    ),
    numbers(METRIC_PAIRS_REMAINING, current.flatMap(remainingPoints)),
    numbers(METRIC_TIME_REMAINING, current.flatMap(timePoints)),
    numbers(METRIC_COVERAGE, current.flatMap(coveragePoints)),
  ];
}

function of({ run, arm }: Standing): { experiment: string; arm: string } {
  return { experiment: run.experiment, arm };
}

function statePoints(standing: Standing): readonly Point[] {
  const { verdict } = standing;
  return verdict.streams.flatMap((stream) => {
    const state =
      stream.stream === SEGMENT_ALL
        ? verdict.state
        : stateOfStream(stream, { verdict, transitions: standing.state.transitions });
    return STATES.map((one) => ({
      attributes: { ...of(standing), segment: stream.stream, state: one },
      value: Number(one === state),
    }));
  });
}

interface Estimated {
  readonly attributes: Attributes;
  readonly estimate: Estimate;
}

function estimatesOf(standing: Standing): readonly Estimated[] {
  return standing.verdict.gates.flatMap((gate) => {
    const estimate = estimateOf(gate, standing);
    return estimate === null
      ? []
      : [{ attributes: { ...of(standing), segment: gate.stream, metric: gate.gate }, estimate }];
  });
}

function estimatePoints({ attributes, estimate }: Estimated): readonly Point[] {
  return (['point', 'lower', 'upper'] as const).flatMap((bound) => {
    const value = estimate[bound];
    return value === null ? [] : [{ attributes: { ...attributes, bound }, value }];
  });
}

function reasonPoints(standing: Standing): readonly Point[] {
  const applying = reasonsOf(standing.verdict);
  return REASONS_OF_RUNS.map((reason) => ({
    attributes: { ...of(standing), reason },
    value: Number(applying.has(reason)),
  }));
}

/** Harm is the mean over the gates of a stream: one alone needs as many times the e-value. */
function thresholdPoints(standing: Standing): readonly Point[] {
  const { level, streams, gates } = standing.verdict;
  const inStream = gates.filter(({ stream }) => stream === SEGMENT_ALL).length;
  const thresholds = { safe: -Math.log(level), harm: Math.log((streams.length * Math.max(1, inStream)) / level) };
  return Object.entries(thresholds).map(([claim, value]) => ({ attributes: { ...of(standing), claim }, value }));
}

function evidencePoints(standing: Standing): readonly Point[] {
  return standing.verdict.gates.flatMap(({ gate, stream, safeLogE, harmLogE }) => [
    { attributes: { ...of(standing), segment: stream, metric: gate, claim: 'safe' }, value: safeLogE },
    { attributes: { ...of(standing), segment: stream, metric: gate, claim: 'harm' }, value: harmLogE },
  ]);
}

function remainingPoints(standing: Standing): readonly Point[] {
  const { state, remaining } = standing.verdict;
  if (state === 'go') return [{ attributes: of(standing), value: 0 }];
  return remaining === null ? [] : [{ attributes: of(standing), value: remaining.high }];
}

function timePoints(standing: Standing): readonly Point[] {
  const { state, timeLeftMs } = standing.verdict;
  if (state === 'go') return [{ attributes: of(standing), value: 0 }];
  return timeLeftMs === undefined ? [] : [{ attributes: of(standing), value: timeLeftMs.high / 1000 }];
}

function coveragePoints(standing: Standing): readonly Point[] {
  const coverage = coverageOf(standing.state.funnel);
  if (coverage === null) return [];
  const { admitted, skipped, share } = coverage;
  return admitted + skipped === 0 ? [] : [{ attributes: of(standing), value: share }];
}
