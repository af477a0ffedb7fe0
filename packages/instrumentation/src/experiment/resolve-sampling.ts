import type { ExperimentShape } from './definition.js';
import type { Target } from './protection.js';
import type { Sample, Window, WindowInput } from './sampling.js';

/** A comparison that lasts longer has usually been forgotten. */
const MAX_DAYS = 30;
const DAY_MS = 86_400_000;

/** The smallest probability a sampled call has where `piMin` is not declared: of the base, all rules and the rate once the target is reached; 1 where none is drawn. */
export function defaultPiMin({ rate, rules }: Sample, target: Target | null): number {
  const afterwards = target?.afterwards === 'slow' ? [target.rate] : [];
  return Math.min(1, ...[rate, ...rules.map((rule) => rule.rate), ...afterwards].filter((each) => each > 0));
}

/** The window in epoch ms; null where there is none, or its fields contradict each other. */
export function resolveWindow(input: WindowInput | null): Window | null {
  if (input === null) return null;
  const from = Date.parse(input.from);
  const until = input.until === undefined ? from + (input.days ?? Number.NaN) * DAY_MS : Date.parse(input.until);
  return Number.isFinite(from) && Number.isFinite(until) ? { from, until } : null;
}

/** What is wrong with how calls are drawn. */
export function* samplingIssues({
  sample,
  segments,
  piMin,
  window,
  target,
  budget,
}: ExperimentShape): Iterable<string> {
  const { rate, rules, by, key, perSecond } = sample;
  if (key !== null && by !== 'key') yield 'sample.by: expected `key` beside `sample.key`, got `trace`';
  if (perSecond !== null && piMin === undefined) {
    yield 'piMin: expected the least probability that `sample.perSecond` may come down to, got nothing';
  }
  const least = piMin ?? 0;
  if (least > rate && rate > 0) {
    yield `piMin: expected at most sample.rate (${rate}), got ${least}: no call could be admitted`;
  }
  for (const [index, rule] of rules.entries()) {
    if (least > rule.rate && rule.rate > 0)
      yield `sample.rules.${index}.rate: expected 0, or at least piMin (${least}), got ${rule.rate}: no call of it could be admitted`;
    if (rule.segment !== undefined && segments.attribute === null && segments.version === null)
      yield `sample.rules.${index}.segment: expected \`segments\` to name segments, got none`;
  }
  const named = new Set([...segments.critical, ...rules.flatMap((rule) => rule.segment ?? [])]);
  if (named.size > segments.max) {
    yield `sample.rules: expected at most segments.max (${segments.max}) segments in rules and segments.critical together, got ${named.size}`;
  }
  if (target?.afterwards === 'slow' && piMin !== undefined && target.rate < piMin)
    yield `target.rate: expected at least piMin (${piMin}), got ${target.rate}: no call could be admitted`;
  if (budget?.pace === true && window !== null && piMin === undefined)
    yield 'piMin: expected the least probability that pacing the budget over the window may come down to, got nothing; or set `budget.pace: false`';
  if (window !== null) yield* windowIssues(window);
}

function* windowIssues(input: WindowInput): Iterable<string> {
  if ((input.days === undefined) === (input.until === undefined)) {
    yield 'window: expected either `days` or `until`';
    return;
  }
  const window = resolveWindow(input);
  const days = window === null ? 0 : (window.until - window.from) / DAY_MS;
  if (!(days > 0)) yield 'window.until: expected a time after `window.from`';
  const most = input.maxDays ?? MAX_DAYS;
  if (days > most)
    yield `window: expected at most ${most} days, got ${Number(days.toFixed(2))}: set \`maxDays\` where that is meant`;
}
