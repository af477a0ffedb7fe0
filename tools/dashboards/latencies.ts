import { pairLinks } from './links.ts';
import { type AnyPanel, lines } from './panels.ts';
import { quantile } from './promql.ts';

const QUANTILES = [
  [0.5, 'p50', 'half of the calls are faster', 'It is what most users feel.'],
  [0.95, 'p95', 'nineteen of twenty are faster', 'Gates on latency are mostly about this one.'],
  [0.99, 'p99', 'all but one in a hundred are faster', 'With few calls it jumps: look at it over hours.'],
] as const;

const METRICS = [
  ['duration', 'Duration', 'From the request to the last chunk, of successful calls'],
  [
    'time_to_first_chunk',
    'First chunk',
    'From the request to the first chunk, of streamed answers: when users see something',
  ],
] as const;

/** Each quantile of each measure, both roles in one picture. */
export function latencies(): readonly AnyPanel[] {
  return METRICS.flatMap(([metric, name, what]) =>
    QUANTILES.map(([q, short, meaning, advice]) =>
      lines({
        title: `${name} ${short}`,
        description: `${what}: ${meaning}. ${advice} Buckets double, so a step of two is the finest that is seen; the verdict is made of exact numbers.`,
        unit: 's',
        queries: [
          { expr: quantile(metric, q, 'primary'), legend: 'primary' },
          { expr: quantile(metric, q, 'shadow'), legend: '{{arm}}' },
        ],
        width: 8,
        min: 0,
        noValue: metric === 'duration' ? 'no calls' : 'no streamed answers',
        runbook: 'candidate-slow',
        dataLinks: pairLinks({ title: 'Pairs', span: 'evaluate', where: {} }, 'variable'),
      }),
    ),
  );
}
