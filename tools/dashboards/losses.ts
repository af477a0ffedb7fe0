import { DROP_REASONS, type LossKind } from '../../packages/instrumentation/src/trial/funnel.ts';
import { pairLinks } from './links.ts';
import { type AnyPanel, lines, stat, timeline, words } from './panels.ts';
import { CHOSEN } from './promql.ts';

/** The reasons of a kind, as a regular expression. Two of `missing` are the ledger's. */
function reasons(kind: LossKind): string {
  const own = Object.entries(DROP_REASONS).flatMap(([reason, loss]) => (loss.kind === kind ? [reason] : []));
  return [...own, ...(kind === 'missing' ? ['aside', 'lost'] : [])].join('|');
}

const dropped = (kind: LossKind, range: string): string =>
  `understudy_dropped_total{${CHOSEN}, reason=~"${reasons(kind)}"}[${range}]`;

/** Of the experiment, or of a process as a whole. One that begins at 1 is an increase as well, which `increase` does not see. */
const MISCONFIGURED = 'understudy_misconfigured_last_seen_seconds{experiment=~"$experiment|"}';

const reached = (stage: string): string => `understudy_funnel_total{${CHOSEN}, stage="${stage}"}`;

/** What is left out of the comparison, and what is lost of it. */
export function losses(): readonly AnyPanel[] {
  const admitted = `sum by (arm) (increase(${reached('admitted')}[30m]))`;
  const coverage = `sum by (arm) (increase(${dropped('coverage', '30m')}))`;
  return [
    stat({
      title: 'Left out of the comparison, last 30 minutes',
      description:
        'Of the calls drawn for shadowing, those that were refused: pauses, limits, money, requests that cannot be translated. Above 10 % (policy.minCoverage) the verdict holds. The reasons are below.',
      unit: 'percentunit',
      queries: [{ expr: `${coverage} / (${coverage} + ${admitted})`, legend: '{{arm}}' }],
      width: 6,
      height: 5,
      decimals: 1,
      thresholds: [
        [null, 'green'],
        [0.05, 'yellow'],
        [0.1, 'red'],
      ],
      noValue: 'nothing was drawn',
      runbook: 'coverage-low',
    }),
    stat({
      title: 'Lost by us, last 30 minutes',
      description:
        'Of the admitted calls, those whose outcome was lost: memory, deadlines, a queue that is full. Above 0.5 % the verdict holds, since what is lost may not be like the rest.',
      unit: 'percentunit',
      queries: [{ expr: `sum by (arm) (increase(${dropped('missing', '30m')})) / ${admitted}`, legend: '{{arm}}' }],
      width: 6,
      height: 5,
      decimals: 2,
      thresholds: [
        [null, 'green'],
        [0.002, 'yellow'],
        [0.005, 'red'],
      ],
      noValue: 'nothing was admitted',
      runbook: 'losing-pairs',
    }),
    stat({
      title: 'Processes that pause now',
      description:
        'How many processes hold shadows back at this moment, and for which reason. Short pauses are as it should be.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (reason) (understudy_paused{experiment="$experiment"})',
          legend: '{{reason}}',
        },
      ],
      width: 6,
      height: 5,
      thresholds: [
        [null, 'green'],
        [1, 'yellow'],
      ],
      runbook: 'paused-for-long',
    }),
    stat({
      title: 'Set up wrong, last 30 minutes',
      description:
        'What services and evaluators found wrong with how they are set up, by cause, and how long ago last. A window that is over is among it, and is how a run ends. Each has said in its log what to change; `understudy doctor` says it again.',
      unit: 's',
      queries: [
        {
          expr: `time() - max by (cause) (max_over_time(${MISCONFIGURED}[30m])) < 1800`,
          legend: '{{cause}}',
        },
      ],
      width: 6,
      height: 5,
      decimals: 0,
      thresholds: [[null, 'red']],
      noValue: 'none was found',
      runbook: 'misconfigured',
    }),
    lines({
      title: 'Refused, by reason',
      description:
        'Calls a second that were drawn and not admitted. paused_* are the governor being careful with the service; budget is money; concurrency_cap is a candidate that bears no more. The largest is the one to mend.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (reason) (rate(${dropped('coverage', '$__rate_interval')})) > 0`,
          legend: '{{reason}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      noValue: 'nothing was refused',
      runbook: 'coverage-low',
    }),
    lines({
      title: 'Lost, by reason',
      description:
        'Admitted calls a second whose outcome is missing. leg_deadline is a candidate that hangs; ring_full and lost are a queue or an evaluator that is away. Click for the shadows.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (reason) (rate(${dropped('missing', '$__rate_interval')}))`,
          legend: '{{reason}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      runbook: 'losing-pairs',
      dataLinks: pairLinks(
        { title: 'Pairs without a shadow', span: 'evaluate', where: { 'shadow.outcome': 'missing' } },
        'variable',
      ),
    }),
    lines({
      title: 'Not part of the comparison, by reason',
      description:
        'Calls a second that no evidence is owed for. not_sampled is the sampling rate, as you set it; untapped is a client made before the tap, and a mistake to mend; spent and covered mean that shadowing has ended.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (reason) (rate(${dropped('outside', '$__rate_interval')})) > 0`,
          legend: '{{reason}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      noValue: 'every call is drawn',
      runbook: 'no-shadows',
    }),
    timeline({
      title: 'Pauses',
      description:
        'When shadows were held back so that the service was not disturbed, by reason. A bar that does not end means: the reason has to be removed, or less sampled.',
      unit: 'none',
      queries: [{ expr: 'max by (reason) (understudy_paused{experiment="$experiment"})', legend: '{{reason}}' }],
      width: 16,
      mappings: [words({ 0: ['runs', 'green'], 1: ['paused', 'orange'] })],
      runbook: 'paused-for-long',
    }),
    lines({
      title: 'Pauses begun, by reason',
      description:
        'Pauses a minute over all processes. Many short ones cost more coverage than they seem to: each resumes by halves.',
      unit: 'cpm',
      queries: [
        {
          expr: 'sum by (reason) (rate(understudy_pauses_total{experiment="$experiment"}[$__rate_interval])) * 60',
          legend: '{{reason}}',
        },
      ],
      width: 8,
      min: 0,
      runbook: 'paused-for-long',
    }),
  ];
}
