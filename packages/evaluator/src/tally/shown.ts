import { meanSequence } from '../stats/mean-sequence.js';
import { QUANTITIES, type Quantity } from './amounts.js';
import { cellsOf, type Confusion, labelAgreement, labelKappa, NO_LABEL, OTHER_LABEL } from './confusion.js';
import { type Counters, countOf } from './counters.js';
import { distinctShare } from './distribution.js';
import type { FeatureName } from './answer-bins.js';
import type { ObservedParts } from './observed-codec.js';
import { SCORE_UNIT } from './observed.js';
import { type Shift, shiftedFeatures, shiftsBetween } from './shift.js';
import { type ShownTurns, turnsShown } from './turns.js';

/** What is shown of an arm in one stream beside its gates, in plain numbers. JSON. Never decided on. */
export interface Shown {
  /** Pairs by what became of their two calls, the commonest first. */
  readonly classes: readonly { readonly primary: string; readonly shadow: string; readonly pairs: number }[];
  readonly amounts: Readonly<Partial<Record<Quantity, ShownAmount>>>;
  /** Conversations that are evidence, beside all. */
  readonly turns: ShownTurns;
  /** By scorer: of the evidence. */
  readonly scores: Readonly<Record<string, ShownScore>>;
  /** What became of the primary's tool calls; null: neither side called any. */
  readonly tools: Readonly<Record<string, number>> | null;
  /** Null: the primary gave no labels. */
  readonly labels: ShownLabels | null;
  /** What the answers look like beside those of the primary to the same calls. */
  readonly answers: {
    readonly primary: number;
    readonly shadow: number;
    /** Distinct answers of all, in (0,1]. */
    readonly distinct: { readonly primary: number | null; readonly shadow: number | null };
    readonly shifts: readonly Shift[];
    readonly shifted: readonly FeatureName[];
  };
}

/** Means over the pairs in which both are known: milliseconds, tokens, tokens a second, US dollars a call. Null of none. */
export interface ShownAmount {
  readonly pairs: number;
  readonly primary: number | null;
  readonly shadow: number | null;
  readonly difference: number | null;
  /** Of the totals. */
  readonly ratio: number | null;
  /** Calls of which it is not known. */
  readonly unknown: { readonly primary: number; readonly shadow: number };
}

export interface ShownScore {
  readonly pairs: number;
  /** Pairs it applies to and has no number for. */
  readonly missing: number;
  readonly mean: number | null;
  /** On the pairs with an A/A leg: the candidate's agreement beside the incumbent's with itself. Null: there are none. */
  readonly noise: {
    readonly pairs: number;
    readonly shadow: number;
    readonly incumbent: number;
    readonly excess: number;
    /** A 95 % confidence sequence of the excess; null below 30 pairs in which the two differ. */
    readonly interval: readonly [number, number] | null;
  } | null;
}

export interface ShownLabels {
  readonly pairs: number;
  readonly agreement: number | null;
  readonly kappa: number | null;
  /** Labels in words where five pairs have them, else by a hash; `_other`: told apart no more; `_none`: no label. */
  readonly cells: readonly { readonly primary: string; readonly shadow: string; readonly pairs: number }[];
}

const FEWEST_INFORMATIVE = 30;
/** What fewer pairs say is no class: it may be what one person said. */
const FEWEST_NAMED = 5;
/** What is shown is a unit of so many of those that are stored. */
const SHOWN: Readonly<Partial<Record<Quantity, number>>> = { list_cost: 1e9, paid_cost: 1e9 };

/** Pure. @param names Labels in words, by their hashes. */
export function shownOf(parts: ObservedParts, names: ReadonlyMap<number, string>): Shown {
  const { counters, labels, primary, shadow } = parts;
  const classes = [...counters]
    .filter(([name]) => name.startsWith('class '))
    .map(([name, pairs]) => {
      const [, one = '', other = ''] = name.split(' ');
      return { primary: one, shadow: other, pairs: Number(pairs) };
    })
    .toSorted((a, b) => b.pairs - a.pairs);
  const pairs = classes.reduce((sum, one) => sum + one.pairs, 0);
  const shifts = shiftsBetween(primary, shadow);
  const tools = namesOf(counters, 'tools').map((name) => [name, countOf(counters, `tools ${name}`)] as const);
  return {
    classes,
    amounts: Object.fromEntries(
      (Object.keys(QUANTITIES) as Quantity[])
        .filter((name) => counters.has(`amount ${name} primary calls`) || counters.has(`amount ${name} shadow calls`))
        .map((name) => [name, amountOf(counters, name, pairs)]),
    ),
    turns: turnsShown(counters),
    scores: Object.fromEntries(namesOf(counters, 'score').map((name) => [name, scoreOf(counters, name)])),
    tools: tools.length === 0 ? null : Object.fromEntries(tools),
    labels: labels.pairs === 0 ? null : labelsOf(labels, names),
    answers: {
      primary: primary.answers,
      shadow: shadow.answers,
      distinct: { primary: distinctShare(primary), shadow: distinctShare(shadow) },
      shifts,
      shifted: shiftedFeatures(shifts),
    },
  };
}

/** The second words of the counters of one kind, in order. */
function namesOf(counters: Counters, kind: string): readonly string[] {
  const named = [...counters.keys()].filter((name) => name.startsWith(`${kind} `));
  return [...new Set(named.map((name) => name.split(' ')[1] ?? ''))].toSorted();
}

/** The sum of an amount over every call of which it is known, in the unit that is shown. */
export function totalOf(counters: Counters, name: Quantity, side: 'primary' | 'shadow'): number | null {
  if (!counters.has(`amount ${name} ${side} calls`)) return null;
  return countOf(counters, `amount ${name} ${side}`) / (SHOWN[name] ?? QUANTITIES[name]);
}

/** A number that none of the calls took more than, and no more than a fifth above what one did: nano-dollars, or tokens. Null: nothing is known. */
export function largestOf(counters: Counters, name: 'cost' | 'tokens'): number | null {
  const prefix = `largest ${name} `;
  const bins = [...counters.keys()]
    .filter((one) => one.startsWith(prefix))
    .map((one) => Number(one.slice(prefix.length)));
  return bins.length === 0 ? null : 2 ** (Math.max(...bins) / 4);
}

function amountOf(counters: Counters, name: Quantity, all: number): ShownAmount {
  const pairs = countOf(counters, `amount ${name} both`);
  const unit = SHOWN[name] ?? QUANTITIES[name];
  const sum = (side: 'primary' | 'shadow'): number => countOf(counters, `amount ${name} both ${side}`);
  const mean = (side: 'primary' | 'shadow'): number | null => (pairs === 0 ? null : sum(side) / unit / pairs);
  const [primary, shadow] = [mean('primary'), mean('shadow')];
  const unknown = (side: 'primary' | 'shadow'): number => all - countOf(counters, `amount ${name} ${side} calls`);
  return {
    pairs,
    primary,
    shadow,
    difference: primary === null || shadow === null ? null : shadow - primary,
    ratio: pairs > 0 && sum('primary') > 0 ? sum('shadow') / sum('primary') : null,
    unknown: { primary: unknown('primary'), shadow: unknown('shadow') },
  };
}

function scoreOf(counters: Counters, name: string): ShownScore {
  const count = (what: string): number => countOf(counters, `score ${name} ${what}`);
  const [pairs, both] = [count('pairs'), count('both')];
  const mean = (what: string, of: number): number => count(what) / SCORE_UNIT / of;
  return {
    pairs,
    missing: count('missing'),
    mean: pairs === 0 ? null : mean('sum', pairs),
    noise:
      both === 0
        ? null
        : {
            pairs: both,
            shadow: mean('both shadow', both),
            incumbent: mean('both noise', both),
            excess: (count('both shadow') - count('both noise')) / SCORE_UNIT / both,
            interval: count('both differing') < FEWEST_INFORMATIVE ? null : excessInterval(count, both),
          },
  };
}

/** Of x = (s_AB - s_AA + 1) / 2, brought back. */
function excessInterval(count: (what: string) => number, n: number): readonly [number, number] {
  const sum = (count('both shadow') - count('both noise')) / (2 * SCORE_UNIT) + n / 2;
  // Rounded scores may leave [0,1] by a millionth.
  const squares = Math.min(n, count('both squares') / (2 * SCORE_UNIT) ** 2);
  const [low, high] = meanSequence({ n, sum: Math.min(n, Math.max(0, sum)), squares });
  return [2 * low - 1, 2 * high - 1];
}

function labelsOf(labels: Confusion, names: ReadonlyMap<number, string>): ShownLabels {
  const cells = cellsOf(labels);
  const said = new Map<number, number>();
  for (const { primary, other, count } of cells) {
    for (const label of new Set([primary, other])) said.set(label, (said.get(label) ?? 0) + count);
  }
  const nameOf = (label: number): string => {
    if (label === OTHER_LABEL) return '_other';
    if (label === NO_LABEL) return '_none';
    const name = (said.get(label) ?? 0) < FEWEST_NAMED ? undefined : names.get(label);
    return name ?? `#${label.toString(16).padStart(12, '0')}`;
  };
  return {
    pairs: labels.pairs,
    agreement: labelAgreement(labels),
    kappa: labelKappa(labels),
    cells: cells.map(({ primary, other, count }) => ({
      primary: nameOf(primary),
      shadow: nameOf(other),
      pairs: count,
    })),
  };
}
