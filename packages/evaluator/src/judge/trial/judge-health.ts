import { outcomeOf } from '../ask-in-order.js';
import type { JudgedPair } from '../judged-pair.js';
import { type AbstainReason, type Judgement, type Outcome } from '../judgement.js';
import type { Canary } from './canary.js';
import { CANARY_KINDS, type CanaryKind } from './canary-kinds.js';

/**
 * What is known of a judge: counts, and nothing else, so that merging is adding and the order of arrival cannot matter.
 * One for each judge (by its hash) of a run.
 */
export interface JudgeHealth {
  /** Of the trial before the run. */
  readonly canaries: Readonly<Record<CanaryKind, CanaryCounts>>;
  /** Beside pairs of the run, since then: never added to those of the trial, which a judge that has gone blind may have passed. */
  readonly beside: Readonly<Record<CanaryKind, CanaryCounts>>;
  /** Of padded canaries that were a tie: more orders named the padded answer, or the plain one. */
  readonly leanings: LeaningCounts;
  /** Replies by the model that says it wrote them, `{member} {model}`, where it says so. */
  readonly models: Readonly<Record<Phase, Readonly<Record<string, number>>>>;
  readonly pairs: PairCounts;
  readonly positions: PositionCounts;
  readonly lengths: LengthCounts;
  /** Pairs by the person's label and the judge's outcome. */
  readonly labels: LabelCounts;
  /** By what went wrong with single calls, those that were tried again included. */
  readonly calls: Readonly<Record<'made' | 'truncated' | 'unparseable', number>>;
  readonly abstained: Readonly<Partial<Record<AbstainReason, number>>>;
}

/** Before the run, on canaries, or during it. */
export type Phase = 'trial' | 'run';

export interface CanaryCounts {
  readonly given: number;
  /** The whole answer was named; of `identical`, a tie; of `padded`, the plain one. */
  readonly detected: number;
  /** The broken answer was named; of `identical`, either; of `padded`, the padded one. */
  readonly falseWins: number;
  /** A tie; of `identical`, none: it is `detected`. */
  readonly tied: number;
  readonly abstained: number;
}

export type LeaningCounts = Readonly<Record<'padded' | 'plain', number>>;

/** Pairs of traffic. `agreed + disagreed` were asked in both orders: of a jury or a cascade, by each of its judges. */
export interface PairCounts {
  readonly judged: number;
  readonly exact: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly abstained: number;
  readonly cut: number;
  /** Of juries and cascades, those whose judges were asked and did not say the same. */
  readonly divided: number;
}

/** Verdicts by place, of pairs whose two orders both have one: canaries and traffic, as fair to both places as can be. */
export interface PositionCounts {
  readonly first: number;
  readonly second: number;
  readonly tie: number;
}

/** Of pairs that were decided for a side, and whose answers are of different length. */
export interface LengthCounts {
  readonly decided: number;
  readonly longerWon: number;
}

/**
 * By `label_judge`, such as `primary_tie`; and, of labels that name a side, how often the judge is right and how often the longer answer is,
 * how often both answers are as long (`longerTied`), and how often the judge did better than their length (`ahead`) or worse (`behind`): right is better than a tie,
 * and a tie than wrong.
 */
export type LabelCounts = Readonly<Record<LabelCell | LabelSum, number>>;
export type LabelSum = 'named' | 'judgeRight' | 'longerRight' | 'longerTied' | 'ahead' | 'behind';
export type LabelCell = `${Outcome}_${Outcome}`;

/** The member of a judge that is one model. */
const ALONE = '-';
const OUTCOMES: readonly Outcome[] = ['primary', 'shadow', 'tie'];
const NO_CANARY: CanaryCounts = { given: 0, detected: 0, falseWins: 0, tied: 0, abstained: 0 };

const NO_CANARIES = Object.fromEntries(CANARY_KINDS.map((kind) => [kind, NO_CANARY])) as Record<
  CanaryKind,
  CanaryCounts
>;

/** Nothing known. */
export const EMPTY_HEALTH: JudgeHealth = {
  canaries: NO_CANARIES,
  beside: NO_CANARIES,
  leanings: { padded: 0, plain: 0 },
  models: { trial: {}, run: {} },
  pairs: { judged: 0, exact: 0, agreed: 0, disagreed: 0, abstained: 0, cut: 0, divided: 0 },
  positions: { first: 0, second: 0, tie: 0 },
  lengths: { decided: 0, longerWon: 0 },
  labels: {
    ...(Object.fromEntries(OUTCOMES.flatMap((a) => OUTCOMES.map((b) => [`${a}_${b}`, 0]))) as Record<
      LabelCell,
      number
    >),
    named: 0,
    judgeRight: 0,
    longerRight: 0,
    longerTied: 0,
    ahead: 0,
    behind: 0,
  },
  calls: { made: 0, truncated: 0, unparseable: 0 },
  abstained: {},
};

/** What a canary tells, in the trial or beside a pair of the run. */
export function ofCanary(canary: Canary, judgement: Judgement, phase: Phase = 'trial'): JudgeHealth {
  const counts = { ...NO_CANARY, given: 1, [canaryResult(canary, judgement)]: 1 };
  return {
    ...EMPTY_HEALTH,
    ...ofCalls(judgement, phase),
    leanings: ofLeaning(canary, judgement),
    [phase === 'trial' ? 'canaries' : 'beside']: { ...NO_CANARIES, [canary.kind]: counts },
  };
}

/** What a judged pair of traffic tells. A final abstention is told once; one that will be tried again, not at all. */
export function ofJudgement(pair: JudgedPair, judgement: Judgement): JudgeHealth {
  const judged = judgement.status === 'judged';
  const single = membersOf(judgement);
  const said = (how: string): number => single.filter((one) => one.status === 'judged' && one.how === how).length;
  return {
    ...EMPTY_HEALTH,
    ...ofCalls(judgement, 'run'),
    lengths: ofLengths(pair, judgement),
    pairs: {
      judged: Number(judged),
      exact: Number(judged && judgement.how === 'exact'),
      agreed: said('agreed'),
      disagreed: said('disagreed'),
      abstained: Number(!judged),
      cut: Number(judgement.cut.length > 0),
      divided: Number(isDivided(judgement)),
    },
  };
}

/** What a person's label of a judged pair tells. Of an abstention: nothing. */
export function ofLabel(
  pair: JudgedPair,
  judgement: { readonly status: 'judged'; readonly outcome: Outcome } | { readonly status: 'abstained' },
  label: Outcome,
): JudgeHealth {
  if (judgement.status !== 'judged') return EMPTY_HEALTH;
  const named = label !== 'tie';
  const longer = longerOf(pair);
  const gained = scoreFor(label, judgement.outcome) - scoreFor(label, longer);
  const labels = {
    ...EMPTY_HEALTH.labels,
    [`${label}_${judgement.outcome}`]: 1,
    named: Number(named),
    judgeRight: Number(named && judgement.outcome === label),
    longerRight: Number(named && longer === label),
    longerTied: Number(named && longer === 'tie'),
    ahead: Number(named && gained > 0),
    behind: Number(named && gained < 0),
  };
  return { ...EMPTY_HEALTH, labels };
}

function canaryResult({ better }: Canary, judgement: Judgement): Exclude<keyof CanaryCounts, 'given'> {
  if (judgement.status === 'abstained') return 'abstained';
  const { outcome } = judgement;
  if (better === null) return outcome === 'tie' ? 'detected' : 'falseWins';
  if (outcome === 'tie') return 'tied';
  return outcome === better ? 'detected' : 'falseWins';
}

/** What a tie hides. Of a jury over the orders of all who were asked; a place that is liked is named as often for the one as for the other. */
function ofLeaning({ kind, better }: Canary, judgement: Judgement): LeaningCounts {
  if (kind !== 'padded' || judgement.status !== 'judged' || judgement.outcome !== 'tie') return EMPTY_HEALTH.leanings;
  const orders = membersOf(judgement).flatMap((one) => (one.status === 'judged' ? one.orders : []));
  const named = orders.flatMap(({ verdict, order }) => (verdict === null ? [] : outcomeOf(verdict, order)));
  const plain = named.filter((side) => side === better).length;
  const longer = named.filter((side) => side !== better && side !== 'tie').length;
  return { padded: Number(longer > plain), plain: Number(plain > longer) };
}

/** Counts of single calls, over all members; places only of pairs that have a verdict in both orders. */
function ofCalls(
  judgement: Judgement,
  phase: Phase,
): Pick<JudgeHealth, 'positions' | 'calls' | 'abstained' | 'models'> {
  const single = membersOf(judgement);
  const orders = single.flatMap((one) => one.orders);
  const placed = single.flatMap((one) => (one.status === 'judged' ? one.orders.map(({ verdict }) => verdict) : []));
  const count = (verdict: string): number => placed.filter((each) => each === verdict).length;
  const sum = (field: 'truncated' | 'unparseable'): number => orders.reduce((total, one) => total + one[field], 0);
  return {
    positions: { first: count('A'), second: count('B'), tie: count('TIE') },
    calls: { made: judgement.calls, truncated: sum('truncated'), unparseable: sum('unparseable') },
    abstained: judgement.status === 'abstained' ? { [judgement.reason]: 1 } : {},
    models: { ...EMPTY_HEALTH.models, [phase]: ofModels(judgement) },
  };
}

/** Of a jury or a cascade by member: one may be asked late. A judge that is one model has one name, before its guards and behind them. */
function ofModels(judgement: Judgement): Readonly<Record<string, number>> {
  const names = membersOf(judgement).flatMap((one) => {
    const member = one === judgement ? ALONE : one.judge;
    return one.orders.flatMap(({ model }) => (model === undefined ? [] : [`${member} ${model}`]));
  });
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

/** The judgements of single models within a judgement. */
function membersOf(judgement: Judgement): readonly Judgement[] {
  return judgement.members.length === 0 ? [judgement] : judgement.members.flatMap(membersOf);
}

function isDivided({ members }: Judgement): boolean {
  return new Set(members.flatMap((member) => (member.status === 'judged' ? member.outcome : []))).size > 1;
}

function ofLengths(pair: JudgedPair, judgement: Judgement): LengthCounts {
  const longer = longerOf(pair);
  if (judgement.status !== 'judged' || judgement.outcome === 'tie' || longer === 'tie') return EMPTY_HEALTH.lengths;
  return { decided: 1, longerWon: Number(judgement.outcome === longer) };
}

/** A tie is half of being right, as it is in the win rate. */
function scoreFor(label: Outcome, said: Outcome): number {
  return said === label ? 1 : said === 'tie' ? 0.5 : 0;
}

function longerOf({ primary, shadow }: JudgedPair): Outcome {
  if (primary.length === shadow.length) return 'tie';
  return primary.length > shadow.length ? 'primary' : 'shadow';
}
