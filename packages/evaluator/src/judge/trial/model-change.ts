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
 * the endpoint names no models.
 */
export function modelChange({ models }: Pick<JudgeHealth, 'models'>): string | null {
  const tried = Map.groupBy(Object.keys(models.trial), memberOf);
  for (const key of Object.keys(models.run)) {
    const known = tried.get(memberOf(key));
    if (known === undefined || known.includes(key)) continue;
    return `${modelOf(key)} in place of ${known.slice(0, NAMED).map(modelOf).join(', ')}`;
  }
  return null;
}

function memberOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

function modelOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
