import type { JudgeHealth } from './judge-health.js';

/** Names of a trial that are said, and names of a run that are kept: an endpoint that says another one each time fills no ledger. */
const NAMED = 3;
const KEPT = 32;

/** With no more names than are kept, the first ones: one that is new is enough to make a judge unfit. */
export function boundModels(health: JudgeHealth): JudgeHealth {
  const run = Object.entries(health.models.run);
  if (run.length <= KEPT) return health;
  return { ...health, models: { ...health.models, run: Object.fromEntries(run.slice(0, KEPT)) } };
}

/**
 * Which model answers in place of which: one that says a name which none said in the trial. What is known of a judge is known of the model
 * that was tried; a name such as `gpt-5-mini` may mean another one from one day to the next. Null while there is none, and where
 * the endpoint names no models. A member that nobody had to ask in the trial, such as the last of a cascade, is what it was at first.
 */
export function modelChange({ models }: Pick<JudgeHealth, 'models'>): string | null {
  const tried = Map.groupBy(Object.keys(models.trial), memberOf);
  for (const key of Object.keys(models.run)) {
    const known = tried.get(memberOf(key)) ?? [key];
    tried.set(memberOf(key), known);
    if (!known.includes(key)) return inPlaceOf(key, known);
  }
  return null;
}

/** The same within the trial: what was found of two models is true of neither. */
export function changeInTrial({ models }: Pick<JudgeHealth, 'models'>): string | null {
  const members = Map.groupBy(Object.keys(models.trial), memberOf).values();
  const [first, second] = [...members].find((keys) => keys.length > 1) ?? [];
  return first === undefined || second === undefined ? null : inPlaceOf(second, [first]);
}

function inPlaceOf(key: string, known: readonly string[]): string {
  return `${modelOf(key)} in place of ${known.slice(0, NAMED).map(modelOf).join(', ')}`;
}

function memberOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

function modelOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
