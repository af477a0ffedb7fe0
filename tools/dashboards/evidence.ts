import { dashboardLink, pairLinks } from './links.ts';
import { type AnyPanel, bars, lines } from './panels.ts';
import { CHOSEN } from './promql.ts';

const STREAM = `${CHOSEN}, segment=~"$segment"`;

/** What is known of each gate, beside what it is compared with. */
export function evidence(): readonly AnyPanel[] {
  return [
    estimate('$gate: candidate less incumbent', 'percentunit', '$gate', {
      repeat: 'gate',
      description:
        'The solid line is the best guess, the dotted ones bound the truth at every look (not only at the end), the red dashes are the margin. Passed where the whole interval is on the good side of the margin. Where the whole of it is on the bad side, the candidate does harm; NO GO asks for more than that, since all gates and segments share its error: see the evidence of harm. A wide interval needs more pairs.',
      where: {},
    }),
    estimate('cost: US dollars a call, candidate less incumbent', 'currencyUSD', 'cost', {
      description:
        'Below zero the candidate is cheaper. Passed where the upper dotted line is below the red margin. Absent without a gate on cost, or while a price is unknown.',
      where: {},
    }),
    estimate('tokens: a call, candidate less incumbent', 'short', 'tokens', {
      description:
        'Above zero the candidate is wordier. Passed where the upper dotted line is below the red margin. Absent without a gate on tokens.',
      where: {},
    }),
    lines({
      title: 'Evidence that it is safe',
      description:
        'Logarithm of the e-value of each gate: how much the data favour "within the margin". A gate is passed above the red dashes. A line that falls is a gate the data speak against.',
      unit: 'none',
      queries: evidenceOf('safe'),
      styles: [{ name: 'needed.*', style: 'limit' }],
      width: 12,
      decimals: 1,
    }),
    lines({
      title: 'Evidence of harm',
      description:
        'The same for "worse than the margin allows". Of one gate alone chance reaches 3 once in twenty experiments; with several gates and segments the early warning is at 3 and the logarithm of their number. At the red dashes, the logarithm of their number over the level, one gate makes the verdict NO GO, for good. Click a line for pairs where only the candidate failed.',
      unit: 'none',
      queries: evidenceOf('harm'),
      styles: [{ name: 'needed.*', style: 'limit' }],
      width: 12,
      decimals: 1,
      runbook: 'harm-likely',
      dataLinks: [
        ...pairLinks(
          { title: 'Only the candidate failed', span: 'evaluate', where: { 'candidate.only_error': true } },
          'series',
        ),
        dashboardLink('Its calls', 'calls', 'series'),
      ],
    }),
    lines({
      title: 'Pairs: known, and still needed',
      description:
        'What is known grows, what is still needed should fall. Where what is needed grows faster than what is known, the candidate is too close to the margin: no waiting will settle it soon.',
      unit: 'short',
      queries: [
        {
          expr: `max by (arm) (understudy_pairs_evidence{${CHOSEN}})`,
          legend: '{{arm}}: known',
        },
        { expr: `max by (arm) (understudy_pairs_remaining{${CHOSEN}})`, legend: '{{arm}}: needed, at most' },
      ],
      styles: [{ name: '.*needed.*', style: 'limit' }],
      width: 12,
      min: 0,
    }),
    bars({
      title: 'Evidence of harm by segment',
      description:
        'The worst gate of the whole and of each critical segment. Each of them has 3 by chance once in twenty experiments, so that of many some will; the warning asks for more. A segment that stands out names where to look; click it for pairs of it on which candidate and incumbent disagree.',
      unit: 'none',
      queries: [
        {
          expr: `sort_desc(max by (arm, segment) (understudy_evidence{${CHOSEN}, claim="harm"}))`,
          legend: '{{segment}}, {{arm}}',
        },
      ],
      width: 12,
      decimals: 1,
      thresholds: [
        [null, 'green'],
        [1, 'yellow'],
        [3, 'red'],
      ],
      runbook: 'harm-likely',
      dataLinks: pairLinks(
        {
          title: 'Disagreements of the segment',
          span: 'evaluate',
          where: { agreement: false, segment: `\${__field.labels.segment}` },
        },
        'series',
      ),
    }),
  ];
}

function evidenceOf(claim: 'safe' | 'harm'): { readonly expr: string; readonly legend: string }[] {
  return [
    {
      expr: `max by (arm, segment, metric) (understudy_evidence{${STREAM}, claim="${claim}"})`,
      legend: '{{metric}} {{segment}}, {{arm}}',
    },
    {
      expr: `max by (arm) (understudy_evidence_threshold{${CHOSEN}, claim="${claim}"})`,
      legend: 'needed, {{arm}}',
    },
  ];
}

function estimate(
  title: string,
  unit: string,
  gate: string,
  more: { readonly description: string; readonly repeat?: string; readonly where: Readonly<Record<string, boolean>> },
): AnyPanel {
  const { description, repeat, where } = more;
  const selector = `${STREAM}, metric="${gate}"`;
  return lines({
    title,
    description,
    unit,
    width: repeat === undefined ? 12 : 24,
    decimals: 2,
    noValue: 'not a gate of this experiment',
    ...(repeat !== undefined && { repeat }),
    queries: [
      {
        expr: `max by (arm, segment, bound) (understudy_estimate{${selector}})`,
        legend: '{{bound}} {{segment}}, {{arm}}',
      },
      { expr: `max by (arm, segment) (understudy_margin{${selector}})`, legend: 'margin {{segment}}, {{arm}}' },
    ],
    styles: [
      { name: '(lower|upper) .*', style: 'bound' },
      { name: 'margin .*', style: 'limit' },
    ],
    dataLinks: pairLinks({ title: 'Pairs', span: 'evaluate', where }, 'series'),
  });
}
