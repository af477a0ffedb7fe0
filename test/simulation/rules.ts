/** One rule of the decision, with the figure that made it a rule. */
export interface Rule {
  /** What is done. */
  readonly rule: string;
  /** What is counted, and over which worlds where there are several. */
  readonly figure: string;
  /** What the design says it was without the rule. */
  readonly known: string;
}

/** In the order of docs/statistics.md. Each has its row in the table there: without the rule, and with it. */
export const RULES = {
  anytime: {
    rule: 'an e-process, and no z-test',
    figure: 'false GO, a look after every pair; ties 0 / .3 / .6 / .85',
    known: '> .30',
  },
  peeking: {
    rule: 'levels that hold at every look',
    figure: 'false alarms of a z-test at .05, after 2 / 3 / 4 / 5 / 10 / 20 / 50 looks',
    known: '.083 / .107 / .126 / .142 / .193 / .248 / .320',
  },
  sequences: {
    rule: 'what is shown are sequences',
    figure: 'intervals of a rate of .02 / .3 / .7 that miss it at some of 1,000 looks; without: the usual ones',
    known: '',
  },
  mixture: {
    rule: 'a fixed mixture of bets, and no plug-in',
    figure: 'median pairs to GO without a true difference; ties 0 / .3',
    known: '758 / 553; 642 / 417 with it',
  },
  closed_time: {
    rule: 'evidence closes in the order of start',
    figure: 'false GO with timeouts of 60 s at exactly the margin',
    known: '1.00',
  },
  missing: {
    rule: 'missing proves neither claim',
    figure: 'GO where a tenth is missing, all of them losses, at a true .45',
    known: 'a mean of .50',
  },
  clusters: {
    rule: 'one call per cluster key',
    figure: 'false GO, conversations of 2 / 3 / 5 / 10 identical calls',
    known: '.23 / .39 / .59 / .75',
  },
  order: {
    rule: 'sums are integers',
    figure: 'different results in 200 orders',
    known: '47',
  },
  inclusion: {
    rule: 'weights of pi_min / pi',
    figure: 'false GO at a true .45, ties free and the rest at .1; without: unweighted / clipped',
    known: '1.00 / .21',
  },
  not_latched: {
    rule: 'GO is not latched',
    figure: 'looks that say GO though the mean so far is below the margin, share of runs',
    known: '',
  },
  frozen: {
    rule: 'latency against a frozen T',
    figure:
      'median pairs to GO without a true difference; p50 / p95 / p99; without: the ratio of two quantiles’ sequences',
    known: '632 / 1,504 / 4,956; 111 / 499 / 2,002 with it',
  },
  frozen_exact: {
    rule: 'T is frozen, latency is a gate',
    figure: 'GO for a candidate exactly 1.2 times as slow; p50 / p95',
    known: '',
  },
  aborted: {
    rule: 'what outlasted an abort is a tie',
    figure: 'GO for a candidate that overruns what users abort',
    known: '',
  },
  survivors: {
    rule: 'a failed call exceeds every latency',
    figure: 'GO on latency alone for a candidate that fails 87 % and is fast on the rest',
    known: '',
  },
  cost: {
    rule: 'cost by an e-process, and no asymptotic sequence',
    figure: 'false GO at exactly 1.2 times the total; 2 % runaways at 11 times, .41 % at 50 times',
    known: '.27',
  },
  runaways: {
    rule: 'cost by totals, and not by the geometric mean',
    figure: 'GO for 1.98 times the total, 2 % runaways at 50 times',
    known: 'looks like 1.08',
  },
  over_limit: {
    rule: 'a shadow above the most one may cost holds',
    figure: 'the same GO, where the policy allows three times a usual call',
    known: '',
  },
  insensitive: {
    rule: 'insensitive where s_AA is below .3',
    figure: 'pairs of garbage to GO',
    known: '171',
  },
  judge_ties: {
    rule: 'a judge alone is tested at .5 - d J',
    figure: 'false GO at a true .45, sensitivity .7 / .5 / .3',
    known: '.30 / .95 / 1.0',
  },
  always_tie: {
    rule: 'J below .5 decides nothing',
    figure: 'pairs to GO of a judge that always says TIE',
    known: '82',
  },
  judge_wrong: {
    rule: 'labels correct the judge',
    figure: 'false GO at a true .35, a judge that prefers the wrong side; all offers answered / 40 % not',
    known: '',
  },
  blind_judge: {
    rule: 'canaries after the evidence vouch for it',
    figure: 'provisional at a true .45 by a judge that goes blind once it was tried; J = .6 / .75 / .95',
    known: '',
  },
  judge_harm: {
    rule: 'harm by a judge alone is tested at .5 - d',
    figure: 'false harm at a true .45 by a judge that sees all, J = .9 / .75 / .6; without: at .5 - d J',
    known: '',
  },
  unanswered: {
    rule: 'an offer nobody answers counts against both claims',
    figure: 'false GO at a true .45, 60 % answers',
    known: '.59',
  },
  label_missing: {
    rule: 'what was not in the draw enters every bet',
    figure: 'false GO at a true .45 with labels, a tenth missing, all of them losses',
    known: '',
  },
  noise_arm: {
    rule: 'an A/A arm that harms makes the run invalid',
    figure: 'NO_GO for a candidate that is the incumbent, where shadows are 1.6 times as slow for reasons of ours',
    known: '',
  },
  sample_ratio: {
    rule: 'a sample ratio of first calls, process by process',
    figure: 'honest samplers believed to be broken, drawn by trace / by traces of 20 calls / by user; without: by call',
    known: '',
  },
  hours: {
    rule: 'coverage by the hour, by sequences',
    figure: 'runs held though 5 % of the calls are refused at any time; without: by the bare share',
    known: '',
  },
  primary_drift: {
    rule: 'drift of the primary by whole days',
    figure: 'runs held though the incumbent is the same; without: looks at the day so far that find a shift',
    known: '',
  },
  restarts: {
    rule: 'the k-th run is tested at alpha / (k (k + 1))',
    figure: 'some false GO in 5 runs of one candidate at its margin',
    known: '.20',
  },
  segments: {
    rule: 'e-BH over segments',
    figure: 'some false accusation, 20 segments at the boundary',
    known: '.55',
  },
  degrading: {
    rule: 'a process of harm from each day on',
    figure: 'days of GO once a candidate that was good for twenty days fails in 4 points more than it may',
    known: '',
  },
  critical: {
    rule: 'the mean of harm e-values at (1 + critical) / alpha',
    figure: 'false NO_GO, three streams and three gates at their boundaries; without: each at 1 / alpha',
    known: '',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

/** A figure, or one for each of several worlds. */
export type Figure = number | readonly number[];

/** What a simulation found of a rule. */
export interface Found {
  readonly without?: Figure;
  readonly with?: Figure;
  /** What the figure with the rule may be, as the simulation asserts it. */
  readonly atMost?: number;
}
