import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { coverageOf } from '../decide/coverage.js';
import { stateOfStream } from '../decide/segment-states.js';
import type { Standing } from '../decide/standing.js';
import { STATES } from '../decide/verdict.js';
import {
  METRIC_COVERAGE,
  METRIC_ESTIMATE,
  METRIC_EVIDENCE,
  METRIC_PAIRS_REMAINING,
  METRIC_VERDICT,
} from '../semconv.js';
import { gauge, type Metric, type Point } from './metric-data.js';

/** What the current runs' verdicts say, as gauges. */
export function verdictMetrics(standings: readonly Standing[]): readonly Metric[] {
  const current = standings.filter((standing) => standing.current);
  return [
    gauge(METRIC_VERDICT, 'The verdict: 1 for the state it is in, 0 for the others', current.flatMap(statePoints)),
    gauge(
      METRIC_ESTIMATE,
      "The candidate's level less the incumbent's, over the evidence: failure rate, agreement, share of slow calls, of refusals, of valid answers; US dollars or tokens a call",
      current.flatMap(estimatePoints),
    ),
    gauge(METRIC_EVIDENCE, 'The natural logarithm of the e-value of a claim', current.flatMap(evidencePoints)),
    gauge(
      METRIC_PAIRS_REMAINING,
      'Pairs still needed at the most; absent where no number can be given',
      current.flatMap(remainingPoints),
    ),
    gauge(
      METRIC_COVERAGE,
      'Share of the sampled and recorded calls that were admitted',
      current.flatMap(coveragePoints),
    ),
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

function estimatePoints(standing: Standing): readonly Point[] {
  return standing.verdict.gates.flatMap(({ gate, stream, candidate, reference }) =>
    candidate === null || reference === null
      ? []
      : [
          {
            attributes: { ...of(standing), segment: stream, metric: gate, bound: 'point' },
            value: candidate - reference,
          },
        ],
  );
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

function coveragePoints(standing: Standing): readonly Point[] {
  const coverage = coverageOf(standing.state.funnel);
  if (coverage === null) return [];
  const { admitted, skipped, share } = coverage;
  return admitted + skipped === 0 ? [] : [{ attributes: of(standing), value: share }];
}
