import { pairLinks } from './links.ts';
import { type AnyPanel, lines } from './panels.ts';

const OF = '{experiment="$experiment"}';

/** How the judge does: it is on trial itself. */
export function judges(): readonly AnyPanel[] {
  return [
    lines({
      title: 'Judge: agrees with itself, and with people',
      description:
        'consistency: both orders of the answers give the same judgement; below half it is guessing. agreement: kappa with the people who label; above 0.6 is good, near 0 is chance.',
      unit: 'percentunit',
      queries: [
        { expr: `max by (judge) (understudy_judge_consistency${OF})`, legend: 'consistency' },
        { expr: `max by (judge) (understudy_judge_agreement${OF})`, legend: 'agreement with people' },
      ],
      width: 8,
      max: 1,
      noValue: 'no judge',
      runbook: 'judge-unfit',
      dataLinks: pairLinks({ title: 'Judged worse', span: 'judge', where: { judgement: 'primary' } }, 'variable'),
    }),
    lines({
      title: 'Judge: false wins, and bias',
      description:
        'false wins: planted broken answers that it preferred; more than one in a hundred is many. position bias: how much it likes the first place; beyond a half either way it is unfit.',
      unit: 'percentunit',
      queries: [
        { expr: `max by (judge) (understudy_judge_false_wins${OF})`, legend: 'false wins' },
        { expr: `max by (judge) (understudy_judge_position_bias${OF})`, legend: 'position bias' },
      ],
      width: 8,
      max: 1,
      noValue: 'no judge',
      runbook: 'judge-unfit',
    }),
    lines({
      title: 'Judge: asked in vain, by reason',
      description:
        'Pairs and planted pairs that it gave no judgement on. Over a fifth of all makes it unfit; the reason says whether it is its answers, its provider, or the money.',
      unit: 'short',
      queries: [{ expr: `max by (reason) (understudy_judge_abstained_total${OF})`, legend: '{{reason}}' }],
      stacked: true,
      width: 8,
      min: 0,
      noValue: 'none in vain',
      runbook: 'judge-unfit',
    }),
    lines({
      title: 'Requests of the evaluator a second',
      description:
        'To judge and embeddings, by what came of them. failed may have been charged for, refused was not, unpaid was never sent, since there was no money for it.',
      unit: 'reqps',
      queries: [
        {
          expr: `max by (for, outcome) (rate(understudy_evaluation_calls_total${OF}[$__rate_interval]))`,
          legend: '{{for}}: {{outcome}}',
        },
      ],
      width: 24,
      height: 6,
      min: 0,
      noValue: 'no judge',
      runbook: 'judge-unfit',
    }),
  ];
}
