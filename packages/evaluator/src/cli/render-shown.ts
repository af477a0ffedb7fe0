import type { AnswerDay, ArmState } from '../ledger/snapshot.js';
import { type Drift, driftOf } from '../tally/drift.js';
import { type Shown, type ShownAmount, shownOf } from '../tally/shown.js';
import { printableLine } from './foreign-text.js';
import { count, percent, plural } from './style.js';

const OVERALL = '_all';
/** Scorers named in a line, those furthest from the incumbent's own noise first. */
const MOST_SCORES = 4;
const MOST_CONFUSED = 3;

/** What the pairs of an arm look like, in every stream: JSON. @param names Labels in words. */
export function shownJson(
  { observed }: Pick<ArmState, 'observed'>,
  names: ReadonlyMap<number, string>,
): Readonly<Record<string, Shown>> {
  return Object.fromEntries(Object.entries(observed).map(([stream, parts]) => [stream, shownOf(parts, names)]));
}

/** How far the primaries' last day is from the week before it, in every stream that has both: JSON. */
export function driftJson(days: readonly AnswerDay[]): Readonly<Record<string, Drift>> {
  return Object.fromEntries(
    [...Map.groupBy(days, ({ stream }) => stream)].flatMap(([stream, own]) => {
      const drift = driftOf(own);
      return drift === null ? [] : [[stream, drift]];
    }),
  );
}

/** The overall stream of an arm in a few lines; nothing where no pair was looked at. */
export function renderShown(
  { observed }: Pick<ArmState, 'observed'>,
  names: ReadonlyMap<number, string>,
): readonly string[] {
  const parts = observed[OVERALL];
  if (parts === undefined) return [];
  const shown = shownOf(parts, names);
  return [...amounts(shown), ...errors(shown), ...scores(shown), ...tools(shown), ...labels(shown), ...answers(shown)];
}

/** The drift of the primary itself; nothing where it has none. */
export function renderDrift(days: readonly AnswerDay[]): readonly string[] {
  const drift = driftOf(days.filter(({ stream }) => stream === OVERALL));
  if (drift === null || drift.shifted.length === 0) return [];
  return [
    `the incumbent's own answers have changed against the week before: ${drift.shifted.join(', ')} (${count(drift.answers)} against ${count(drift.before)})`,
  ];
}

function amounts({ amounts: all }: Shown): readonly string[] {
  const part = (
    amount: ShownAmount | undefined,
    value: (mean: number) => string,
    before: string,
    after: string,
  ): readonly string[] => {
    if (amount === undefined || amount.shadow === null || amount.primary === null) return [];
    const ratio = amount.ratio === null ? '' : `, x${Number(amount.ratio.toPrecision(3))}`;
    return [`${before}${value(amount.shadow)}${after} (${value(amount.primary)}${ratio})`];
  };
  const milliseconds = (mean: number): string => `${count(mean)} ms`;
  const dollars = (mean: number): string => `$${Number(mean.toPrecision(3))}`;
  const parts = [
    ...part(all.latency, milliseconds, '', ''),
    ...part(all.first_chunk, milliseconds, 'first chunk ', ''),
    ...part(all.output_speed, count, '', ' tokens/s'),
    ...part(all.input_tokens, count, '', ' tokens in'),
    ...part(all.output_tokens, count, '', ' tokens out'),
    ...part(all.list_cost, dollars, '', ' at list prices'),
    ...(isSame(all.paid_cost, all.list_cost) ? [] : part(all.paid_cost, dollars, '', ' paid')),
  ];
  return parts.length === 0 ? [] : [`a call (incumbent): ${parts.join('; ')}`];
}

/** Without declared prices, what is paid is what the list says. */
function isSame(one: ShownAmount | undefined, other: ShownAmount | undefined): boolean {
  return one?.shadow === other?.shadow && one?.primary === other?.primary;
}

function errors({ classes }: Shown): readonly string[] {
  const of = (side: 'primary' | 'shadow'): string => {
    const sums = new Map<string, number>();
    for (const one of classes) sums.set(one[side], (sums.get(one[side]) ?? 0) + one.pairs);
    sums.delete('ok');
    return [...sums].map(([name, pairs]) => `${name} ${count(pairs)}`).join(', ') || 'none';
  };
  const [own, other] = [of('primary'), of('shadow')];
  return own === 'none' && other === 'none' ? [] : [`without an answer: ${other} (incumbent: ${own})`];
}

function scores({ scores: all }: Shown): readonly string[] {
  const excesses = Object.entries(all)
    .flatMap(([name, { noise }]) => (noise === null ? [] : [{ name, ...noise }]))
    .toSorted((a, b) => Math.abs(b.excess) - Math.abs(a.excess));
  if (excesses.length === 0) return [];
  const named = excesses.slice(0, MOST_SCORES).map(({ name, excess, interval }) => {
    const range = interval === null ? '' : ` [${signed(interval[0])}, ${signed(interval[1])}]`;
    return `${name} ${signed(excess)}${range}`;
  });
  const pairs = Math.max(...excesses.map((one) => one.pairs));
  return [`agreement above the incumbent's with itself, ${plural(pairs, 'pair')}: ${named.join(', ')}`];
}

function tools({ tools: classes }: Shown): readonly string[] {
  if (classes === null) return [];
  const parts = Object.entries(classes).toSorted(([, a], [, b]) => b - a);
  return [`tool calls: ${parts.map(([name, pairs]) => `${count(pairs)} ${name.replaceAll('_', ' ')}`).join(', ')}`];
}

function labels({ labels: all }: Shown): readonly string[] {
  if (all === null || all.agreement === null) return [];
  const kappa = all.kappa === null ? '' : `, kappa ${all.kappa.toFixed(2)}`;
  const confused = all.cells.filter(({ primary, shadow }) => primary !== shadow).slice(0, MOST_CONFUSED);
  const named = confused.map(
    ({ primary, shadow, pairs }) => `${printableLine(`${primary} became ${shadow}`)} ${count(pairs)}`,
  );
  const most = named.length === 0 ? '' : `; ${named.join(', ')}`;
  return [`labels: ${percent(all.agreement)} of ${count(all.pairs)} the same${kappa}${most}`];
}

function answers({ answers: all }: Shown): readonly string[] {
  const { primary, shadow } = all.distinct;
  const distinct = primary === null || shadow === null ? [] : [`${about(shadow)} distinct (${about(primary)})`];
  const shifted = all.shifts
    .filter(({ feature }) => all.shifted.includes(feature))
    .map(({ feature, stability }) => `${feature} shifted (PSI ${(stability ?? 0).toFixed(2)})`);
  const parts = [...distinct, ...shifted];
  return parts.length === 0 ? [] : [`answers (incumbent): ${parts.join(', ')}`];
}

/** A share that is estimated to within an eighth of itself. */
function about(share: number): string {
  return `about ${Math.round(100 * share)} %`;
}

function signed(value: number): string {
  const size = Math.abs(value).toFixed(3);
  return size === '0.000' ? size : `${value < 0 ? '-' : '+'}${size}`;
}
