import { dashboardLink, pairLinks } from './links.ts';
import { type AnyPanel, stat, table, timeline, words } from './panels.ts';
import { CHOSEN, stateOf } from './promql.ts';
import { REASON_WORDS } from './reason-words.ts';

const STATE_WORDS = words({
  1: ['INVALID', 'purple'],
  2: ['NO GO', 'red'],
  3: ['HOLD', 'yellow'],
  4: ['GO, provisional', 'light-green'],
  5: ['GO', 'green'],
});

/** The first screen: the state, why, and what is left. */
export function now(): readonly AnyPanel[] {
  return [
    stat({
      title: 'Verdict',
      description:
        'GO: replace the incumbent. NO GO: the candidate does harm, do not. HOLD: not known yet; the reason is to the right. INVALID: the comparison itself is broken, and its numbers mean nothing. `understudy verdict` prints the same as a sentence.',
      unit: 'none',
      queries: [{ expr: stateOf('arm', '="_all"'), legend: '{{arm}}' }],
      width: 6,
      height: 6,
      noValue: 'No verdict is reported: is an evaluator running?',
      mappings: [STATE_WORDS],
      runbook: 'no-go',
      dataLinks: [dashboardLink('Its calls', 'calls', 'series')],
    }),
    table(
      {
        title: 'Why, and what to do',
        description:
          'Every reason that holds at this moment; the whole sentence with the numbers is in `understudy verdict`, in /api/verdict and in the log record understudy.verdict.changed.',
        unit: 'none',
        queries: [{ expr: `max by (arm, reason) (understudy_reason{${CHOSEN}}) == 1`, legend: '' }],
        width: 12,
        height: 6,
        noValue: 'No reason is reported: is an evaluator running?',
        runbook: 'held-up',
      },
      { arm: 'candidate', reason: 'reason' },
    ).overrideByName('reason', [{ id: 'mappings', value: [words(REASON_WORDS)] }]),
    table(
      {
        title: 'Alerts that fire',
        description:
          'What Prometheus alerts on at this moment, of this and of all experiments; each has an entry of its name in the runbook. Empty is good, where the rules are loaded.',
        unit: 'none',
        queries: [
          {
            expr: 'max by (alertname, severity, arm) (ALERTS{alertname=~"Understudy.*", alertstate="firing", experiment=~"$experiment|"})',
            legend: '',
          },
        ],
        width: 6,
        height: 6,
        noValue: 'Nothing fires',
        runbook: 'runbook',
      },
      { severity: 'severity', alertname: 'alert', arm: 'candidate' },
    ),
    stat({
      title: 'Pairs of evidence',
      description:
        'Pairs that the verdict rests on: of the current run, in closed slices, one of a conversation. It should grow while there is traffic; where it does not, look at "Shadowing itself".',
      unit: 'short',
      queries: [
        {
          expr: `max by (arm) (understudy_pairs_evidence{${CHOSEN}})`,
          legend: '{{arm}}',
        },
      ],
      width: 4,
      height: 4,
      dataLinks: pairLinks({ title: 'Pairs', span: 'evaluate', where: {} }, 'series'),
    }),
    stat({
      title: 'Pairs still needed, at most',
      description:
        'How many more pairs a GO may take if the candidate goes on as it did. "cannot be told" means the data do not favour GO, or are too few to say.',
      unit: 'short',
      queries: [{ expr: `max by (arm) (understudy_pairs_remaining{${CHOSEN}})`, legend: '{{arm}}' }],
      width: 4,
      height: 4,
      noValue: 'cannot be told',
    }),
    stat({
      title: 'Time still needed, at most',
      description:
        'The same as time, at the rate of pairs so far. Longer than the window to the right: raise the rate now (understudy control --rate), or lengthen the window (--until).',
      unit: 's',
      queries: [{ expr: `max by (arm) (understudy_time_remaining_seconds{${CHOSEN}})`, legend: '{{arm}}' }],
      width: 4,
      height: 4,
      noValue: 'cannot be told',
      runbook: 'behind-schedule',
    }),
    stat({
      title: 'Window left',
      description: 'Until shadowing ends by itself. What is not settled by then stays a HOLD for the reason "expired".',
      unit: 's',
      queries: [
        {
          expr: 'max by (experiment) (understudy_window_remaining_seconds{experiment="$experiment"})',
          legend: '{{experiment}}',
        },
      ],
      width: 4,
      height: 4,
      noValue: 'no window',
    }),
    stat({
      title: 'Traffic that could be compared',
      description:
        'Of the sampled calls, those that were admitted. Below policy.minCoverage (0.9) the verdict holds: "Shadowing itself" shows what was refused, and why.',
      unit: 'percentunit',
      queries: [{ expr: `max by (arm) (understudy_coverage{${CHOSEN}})`, legend: '{{arm}}' }],
      width: 4,
      height: 4,
      decimals: 1,
      thresholds: [
        [null, 'red'],
        [0.9, 'green'],
      ],
      runbook: 'coverage-low',
    }),
    stat({
      title: 'Budget spent',
      description:
        'Of the money that shadows, judge and embeddings may cost together. Where what is left is less than a call costs, near 100 %, shadowing stops, and nothing else.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'max by (experiment) (understudy_budget_spent{experiment="$experiment"}) / max by (experiment) (understudy_budget_limit{experiment="$experiment"})',
          legend: '{{experiment}}',
        },
      ],
      width: 4,
      height: 4,
      decimals: 0,
      noValue: 'no budget',
      thresholds: [
        [null, 'green'],
        [0.8, 'orange'],
        [1, 'red'],
      ],
      runbook: 'budget-nearly-spent',
    }),
    timeline({
      title: 'Verdict over time',
      description:
        'One bar for each candidate. A HOLD that lasts is ordinary; a change to NO GO or INVALID stays until a new run is started.',
      unit: 'none',
      queries: [{ expr: stateOf('arm', '="_all"'), legend: '{{arm}}' }],
      width: 12,
      height: 6,
      mappings: [STATE_WORDS],
      runbook: 'no-go',
      dataLinks: pairLinks({ title: 'Pairs', span: 'evaluate', where: {} }, 'variable'),
    }),
    timeline({
      title: 'Critical segments over time',
      description:
        'The same for each critical segment by itself: harm in one of them stops the whole run, however well the rest does.',
      unit: 'none',
      queries: [{ expr: stateOf('arm, segment', '!="_all"'), legend: '{{segment}}, {{arm}}' }],
      width: 12,
      height: 6,
      mappings: [STATE_WORDS],
      noValue: 'no critical segments',
      runbook: 'no-go',
    }),
  ];
}
