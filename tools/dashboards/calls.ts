import type { Contents } from './dashboard.ts';
import { latencies } from './latencies.ts';
import { pairLinks } from './links.ts';
import { type AnyPanel, lines, stat } from './panels.ts';
import { calls, CHOSEN, errorShare, ledgerRate, quantile, RATE } from './promql.ts';

const ONLY_CANDIDATE = pairLinks(
  { title: 'Only the candidate failed', span: 'evaluate', where: { 'candidate.only_error': true } },
  'variable',
);

function glance(): readonly AnyPanel[] {
  return [
    stat({
      title: 'Calls that failed',
      description:
        'Of the calls of the last minutes. A candidate well above the primary is failing: click for the pairs where it alone failed. Both up at once is the network, or a provider that both share.',
      unit: 'percentunit',
      queries: [
        { expr: errorShare('primary'), legend: 'primary' },
        { expr: errorShare('shadow'), legend: '{{arm}}' },
      ],
      width: 8,
      height: 5,
      decimals: 1,
      thresholds: [
        [null, 'green'],
        [0.01, 'yellow'],
        [0.05, 'red'],
      ],
      runbook: 'candidate-errors',
      dataLinks: ONLY_CANDIDATE,
    }),
    stat({
      title: 'Slow calls (p95)',
      description: 'Nineteen of twenty successful calls are faster than this. Compare the two, not one with a limit.',
      unit: 's',
      queries: [
        { expr: quantile('duration', 0.95, 'primary'), legend: 'primary' },
        { expr: quantile('duration', 0.95, 'shadow'), legend: '{{arm}}' },
      ],
      width: 8,
      height: 5,
      decimals: 2,
      runbook: 'candidate-slow',
    }),
    stat({
      title: 'Calls a second',
      description:
        'Both roles of the admitted calls. The same number is healthy; fewer shadows than primaries are legs that had no outcome.',
      unit: 'reqps',
      queries: throughput(),
      width: 8,
      height: 5,
      decimals: 2,
      runbook: 'no-shadows',
    }),
  ];
}

function traffic(): readonly AnyPanel[] {
  return [
    lines({
      title: 'Calls a second',
      description:
        'Both roles of the admitted calls. Where shadows stop and primaries go on, look at "Shadowing itself".',
      unit: 'reqps',
      queries: throughput(),
      width: 12,
      min: 0,
      runbook: 'no-shadows',
      dataLinks: pairLinks({ title: 'Pairs', span: 'evaluate', where: {} }, 'variable'),
    }),
    lines({
      title: 'Share that failed',
      description:
        'Failed calls of all, by role. A candidate above the primary for minutes is failing; the alert comes at five points more than the primary.',
      unit: 'percentunit',
      queries: [
        { expr: errorShare('primary'), legend: 'primary' },
        { expr: errorShare('shadow'), legend: '{{arm}}' },
      ],
      width: 12,
      min: 0,
      runbook: 'candidate-errors',
      dataLinks: ONLY_CANDIDATE,
    }),
  ];
}

function throughput(): { readonly expr: string; readonly legend: string }[] {
  const count = 'understudy_call_duration_seconds_count';
  return [
    { expr: `sum (rate(${count}${calls('primary')}${RATE}))`, legend: 'primary' },
    { expr: `sum by (arm) (rate(${count}${calls('shadow')}${RATE}))`, legend: '{{arm}}' },
  ];
}

function spending(): readonly AnyPanel[] {
  const perPair = (metric: string, by: string, type: string): string =>
    `${ledgerRate(metric, by, `${CHOSEN}, type="${type}"`, '[1h]')} / on (arm) group_left sum by (arm) (${ledgerRate('understudy_pairs_total', 'arm, segment, outcome', CHOSEN, '[1h]')})`;
  return [
    lines({
      title: 'Tokens a second',
      description:
        'As the providers count them, by role and type, of the pairs that are settled (so they come a minute or two late). A candidate with more output tokens is wordier, and slower for it.',
      unit: 'short',
      queries: [
        {
          expr: ledgerRate('understudy_call_tokens_total', 'arm, role, type', `${CHOSEN}`),
          legend: '{{role}} {{type}}, {{arm}}',
        },
      ],
      width: 8,
      min: 0,
      noValue: 'the providers count none',
    }),
    lines({
      title: 'Output tokens a call',
      description: 'Of the last hour. The distance between the roles is how much wordier the candidate is.',
      unit: 'short',
      queries: [
        {
          expr: perPair('understudy_call_tokens_total', 'arm, role', 'output'),
          legend: '{{role}}, {{arm}}',
        },
      ],
      width: 8,
      min: 0,
      noValue: 'the providers count none',
    }),
    lines({
      title: 'US dollars a call',
      description:
        'Of the last hour, at list prices, as far as they are known. A primary counts once for each of its candidates. The distance is what a replacement saves, or costs.',
      unit: 'currencyUSD',
      queries: [{ expr: perPair('understudy_call_cost_total', 'arm, role', 'list'), legend: '{{role}}, {{arm}}' }],
      width: 8,
      min: 0,
      noValue: 'no prices',
    }),
  ];
}

function everyCall(): readonly AnyPanel[] {
  return [
    lines({
      title: 'Duration p95, by model',
      description:
        'Every call that the service makes, whether an experiment takes it or not, by the OpenTelemetry conventions. What the primary did here before the experiment is what it should do now.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (le, gen_ai_request_model) (rate(gen_ai_client_operation_duration_seconds_bucket${RATE})))`,
          legend: '{{gen_ai_request_model}}',
        },
      ],
      width: 12,
      min: 0,
    }),
    lines({
      title: 'Calls a second, by model',
      description:
        'Every call of the service. Beside the admitted ones above, it shows how much of the traffic is compared.',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (gen_ai_request_model) (rate(gen_ai_client_operation_duration_seconds_count${RATE}))`,
          legend: '{{gen_ai_request_model}}',
        },
      ],
      width: 12,
      min: 0,
    }),
  ];
}

/** The primary's calls and each candidate's, side by side: what users get, and what they would get. */
export const CALLS: Contents = {
  name: 'calls',
  description:
    "What users get (primary) and what they would get (each candidate), of the same calls. Both are the admitted calls only, so that they can be compared; the last row has all of the service's calls.",
  from: 'now-6h',
  choices: {
    arms: 'understudy_call_duration_seconds_count',
    segments: { metric: 'understudy_call_duration_seconds_count', all: true },
  },
  rows: [
    { title: null, panels: glance() },
    { title: 'How long they take', panels: latencies() },
    { title: 'How many, and how many fail', panels: traffic() },
    { title: 'Tokens and cost', panels: spending() },
    { title: 'All calls of the service, shadowed or not', panels: everyCall() },
  ],
};
