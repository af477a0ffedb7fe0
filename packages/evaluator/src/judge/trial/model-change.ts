import type { JudgeHealth } from './judge-health.js';

/**
 * Which model answers in place of which: one that says a name which none said in the trial. What is known of a judge is known of the model
 * that was tried; a name such as `gpt-5-mini` may mean another one from one day to the next. Null while there is none, and where
 * the endpoint names no models.
 */
export function modelChange({ models }: Pick<JudgeHealth, 'models'>): string | null {
  const tried = Map.groupBy(Object.keys(models.trial), judgeOf);
  for (const key of Object.keys(models.run)) {
    const known = tried.get(judgeOf(key));
    if (known === undefined || known.includes(key)) continue;
    return `${modelOf(key)} in place of ${known.map(modelOf).join(', ')}`;
  }
  return null;
}

function judgeOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

function modelOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
