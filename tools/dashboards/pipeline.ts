import { dashboardLink } from './links.ts';
import { type AnyPanel, lines } from './panels.ts';
import { CHOSEN } from './promql.ts';

/** What happens between a shadow's answer and a pair in the ledger. */
export function pipeline(): readonly AnyPanel[] {
  return [
    lines({
      title: 'Age of the oldest in the queue',
      description:
        'How long the oldest batch, and the oldest pair for the judge, have waited. Seconds are healthy; a line that climbs is an evaluator or a judge that does not keep up: start another replica, or raise its concurrency.',
      unit: 's',
      queries: [{ expr: 'max by (job, queue) (understudy_queue_age_seconds)', legend: '{{queue}}, {{job}}' }],
      width: 8,
      min: 0,
      runbook: 'evaluator-behind',
    }),
    lines({
      title: 'Waiting in the queue',
      description: 'Batches and judge jobs that nobody has taken up yet. It should come back to zero again and again.',
      unit: 'short',
      queries: [{ expr: 'max by (job, queue) (understudy_queue_waiting)', legend: '{{queue}}, {{job}}' }],
      width: 8,
      min: 0,
      runbook: 'evaluator-behind',
    }),
    lines({
      title: 'Published, and stored',
      description:
        'Pairs a second as services make them (paired) and as the ledger has them (stored). The two lines lie on each other; stored below paired for long is a queue that grows, or losses.',
      unit: 'cps',
      queries: [
        {
          expr: `sum (rate(understudy_funnel_total{${CHOSEN}, stage="paired"}[$__rate_interval]))`,
          legend: 'paired, by the services',
        },
        {
          expr: `sum (max by (arm) (rate(understudy_funnel_total{${CHOSEN}, stage="stored"}[$__rate_interval])))`,
          legend: 'stored, in the ledger',
        },
      ],
      width: 8,
      min: 0,
      runbook: 'evaluator-behind',
      dataLinks: [dashboardLink('The verdict', 'verdict', 'variable')],
    }),
    lines({
      title: 'Trials waiting in the services',
      description:
        'In memory, not yet on the queue, over all processes. A hill that does not go away is a queue that is away, slow or full; the ring holds only so much, and then refuses.',
      unit: 'short',
      queries: [{ expr: 'sum (understudy_publish_buffered)', legend: 'waiting' }],
      width: 8,
      min: 0,
      runbook: 'losing-pairs',
    }),
    lines({
      title: 'Publishing a batch, p95',
      description:
        'How long it takes to put a batch on the queue, by what came of it. Tenths of a second are slow; from ten seconds on shadows pause (paused_publishing).',
      unit: 's',
      queries: [
        {
          expr: 'histogram_quantile(0.95, sum by (le, outcome) (rate(understudy_publish_duration_seconds_bucket[$__rate_interval])))',
          legend: '{{outcome}}',
        },
      ],
      width: 8,
      min: 0,
      runbook: 'losing-pairs',
    }),
    lines({
      title: 'Failures of Understudy itself',
      description:
        'Errors of ours a second, by what we were doing. The service does not feel them. Any that goes on is worth a look at the log of the service, which names it.',
      unit: 'cps',
      queries: [
        { expr: 'sum by (operation) (rate(understudy_failures_total[$__rate_interval]))', legend: '{{operation}}' },
      ],
      stacked: true,
      width: 8,
      min: 0,
      runbook: 'losing-pairs',
    }),
    lines({
      title: "Shadow spans inside the primary's trace",
      description:
        'Spans a second that no sampler would have recorded by themselves. Anything but zero: wrap your sampler in followLinks, so that shadows get traces of their own.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (arm) (rate(understudy_shadow_same_trace_total{${CHOSEN}}[$__rate_interval]))`,
          legend: '{{arm}}',
        },
      ],
      width: 24,
      height: 5,
      min: 0,
    }),
  ];
}
