import { type DefinitionChange, definitionChanges } from '@understudy/instrumentation/experiment';
import type { RegisteredRun } from '../ledger/ledger.js';
import type { RunState } from '../ledger/snapshot.js';
import { printableLine } from './foreign-text.js';

const MOST_NAMED = 4;
const LONGEST = 60;

/** What makes a run another one than the run before it in its experiment; null where it is the first. */
export function definitionChangesOf(runs: readonly RunState[], run: RegisteredRun): readonly DefinitionChange[] | null {
  const before = runs.find((one) => one.run.experiment === run.experiment && one.run.k === run.k - 1);
  return before === undefined ? null : definitionChanges(before.run.definition, run.definition);
}

/** `a new run, not number 1 again: policy.gates.errors.margin was 0.01, is 0.02; its evidence begins anew, and its level is stricter`. */
export function renderNewRun(changes: readonly DefinitionChange[] | null, k: number): readonly string[] {
  if (changes === null || changes.length === 0) return [];
  const named = changes.slice(0, MOST_NAMED).map(({ path, before, after }) => {
    const [was, is] = [shown(before), shown(after)];
    return printableLine(
      `${path} ${was === null ? 'was not there' : `was ${was}`}, ${is === null ? 'is gone' : `is ${is}`}`,
    );
  });
  const rest = changes.length - named.length;
  const all = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
  return [`a new run, not number ${k - 1} again: ${all}. Its evidence begins anew, and its level is stricter`];
}

function shown(json: string | null): string | null {
  return json === null || json.length <= LONGEST ? json : `${json.slice(0, LONGEST)}...`;
}
