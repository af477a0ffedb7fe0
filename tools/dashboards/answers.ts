import { dashboardLink, pairLinks } from './links.ts';
import { type AnyPanel, bars, lines } from './panels.ts';
import { CHOSEN, ledgerRate } from './promql.ts';

/** Stages that services count, and those that the ledger does. */
const OWN = 'called|eligible|sampled|admitted|answered|paired';
const LEDGERS = 'stored|scored|judged';

/** How much of the traffic the verdict is about, and how answers compare. */
export function answers(): readonly AnyPanel[] {
  return [
    bars({
      title: 'Funnel of the time chosen',
      description:
        'Calls that came as far as each stage, from called to judged. A large step from called to sampled is the sampling rate; every other large step is a loss that "Shadowing itself" names.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (stage) (increase(understudy_funnel_total{${CHOSEN}, stage=~"${OWN}"}[$__range])) or sum by (stage) (max by (arm, stage) (increase(understudy_funnel_total{${CHOSEN}, stage=~"${LEDGERS}"}[$__range])))`,
          legend: '{{stage}}',
        },
      ],
      width: 8,
      decimals: 0,
      min: 0,
      runbook: 'coverage-low',
      dataLinks: [dashboardLink('Why calls are lost', 'shadowing', 'variable')],
    }),
    lines({
      title: 'Pairs a second, by what came of them',
      description:
        'ok: both answered. shadow_error, primary_error: one failed. missing: the shadow has no outcome, through a fault of ours. A growing share of shadow_error is the candidate failing.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (outcome) (${ledgerRate('understudy_pairs_total', 'arm, segment, outcome', CHOSEN)})`,
          legend: '{{outcome}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      dataLinks: pairLinks(
        { title: 'Only the candidate failed', span: 'evaluate', where: { 'candidate.only_error': true } },
        'variable',
      ),
    }),
    lines({
      title: 'Mean score, by scorer',
      description:
        'How far the candidate says what the incumbent says: 1 is the same, 0 nothing in common. A low level means little by itself (the incumbent may not agree with itself either); a fall does.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (arm, scorer) (understudy_score_sum{${CHOSEN}, segment="_all"}) / max by (arm, scorer) (understudy_score_count{${CHOSEN}, segment="_all"})`,
          legend: '{{scorer}}, {{arm}}',
        },
      ],
      width: 8,
      min: 0,
      max: 1,
      dataLinks: pairLinks({ title: 'Disagreements', span: 'evaluate', where: { agreement: false } }, 'series'),
    }),
    bars({
      title: 'Scores, spread',
      description:
        'Pairs by their score, all scorers together, from 0 to 1. Two heaps, at 0 and at 1, are a candidate that is right or quite wrong; one in the middle is other words for the same.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (le) (max by (arm, scorer, le) (understudy_score_bucket{${CHOSEN}, segment="_all"}))`,
          legend: '{{le}}',
        },
      ],
      buckets: true,
      width: 8,
      decimals: 0,
      min: 0,
    }),
    lines({
      title: 'Judgements',
      description:
        'Judged pairs, by whose answer was better. tie and exact mean no difference; abstained is a judge without an answer, see "Shadowing itself". Click for the pairs that the candidate lost.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (outcome) (max by (arm, segment, outcome) (understudy_judgements_total{${CHOSEN}}))`,
          legend: '{{outcome}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      noValue: 'no judge',
      runbook: 'judge-unfit',
      dataLinks: pairLinks({ title: 'Judged worse', span: 'judge', where: { judgement: 'primary' } }, 'variable'),
    }),
    lines({
      title: 'Pairs without a score',
      description:
        'Evidence that a scorer applies to and has no number for, such as while the endpoint for embeddings is away. It should stay flat: a gate on that scorer counts them against the candidate.',
      unit: 'short',
      queries: [
        {
          expr: `max by (arm, scorer) (understudy_score_missing_total{${CHOSEN}, segment="_all"})`,
          legend: '{{scorer}}, {{arm}}',
        },
      ],
      width: 8,
      min: 0,
    }),
  ];
}
