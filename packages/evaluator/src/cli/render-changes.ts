import type { State } from '../decide/verdict.js';
import type { VerdictChange } from '../ledger/change.js';
import type { Style } from './style.js';

/** Changes as JSON; whose they are is said beside them. */
export function changesJson(changes: readonly VerdictChange[]): readonly Readonly<Record<string, unknown>>[] {
  return changes.map(({ run, k, state, previous, reason, sentence, pairs, at }) => {
    return { run, k, state, previous, reason, sentence, pairs, at: new Date(at).toISOString() };
  });
}

/**
 * Since when a candidate's verdict is what it is; nothing where no evaluator has noted it yet.
 *
 * @param changes The newest first.
 */
export function renderSince(state: State, changes: readonly VerdictChange[], style: Style): readonly string[] {
  const since = changes.findLast((_, index) => changes.slice(0, index + 1).every((one) => one.state === state));
  if (since === undefined) return [];
  const before = since.previous === null || since.previous === state ? '' : `, after ${since.previous}`;
  return [
    '',
    style.dim(
      `${state} since ${new Date(since.at)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, '')} UTC${before}`,
    ),
  ];
}
