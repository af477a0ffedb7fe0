import type { GateName } from '../tally/gate-settings.js';
import { count, money } from './describe.js';
import type { GateVerdict, Hold } from './verdict.js';

/** Gates on what calls take, which have a most for one call. */
export const SPENDING_GATES: ReadonlySet<GateName> = new Set(['cost', 'tokens']);

/**
 * Reasons to hold that no e-value shows: calls of which nobody knows what they cost, and shadows that took more than one may. Of the overall
 * stream, which has every segment's. Pure.
 */
export function unaccounted(gates: readonly GateVerdict[]): readonly Hold[] {
  return gates.filter(({ stream }) => stream === '_all').flatMap((gate) => [...unpriced(gate), ...over(gate)]);
}

/** Such a pair counts against either claim, and what it cost may be more than any other's. */
function unpriced({ gate, pairs, unpriced: sides }: GateVerdict): readonly Hold[] {
  if (sides === undefined || sides.incumbent + sides.candidate === 0) return [];
  const whose = [
    ...(sides.incumbent > 0 ? [`of the incumbent's model in ${count(sides.incumbent)}`] : []),
    ...(sides.candidate > 0 ? [`of the candidate's model in ${count(sides.candidate)}`] : []),
  ].join(' and ');
  const sentence = `no price is known ${whose} of ${count(pairs)} pairs, so ${gate} is not decided: declare it in \`budget.prices\` and start a new run, or leave the gate out`;
  return [{ reason: 'unpriced', sentence }];
}

/** Beyond B the test sees no difference: two calls in a hundred at fifty times the cost would look like two at B. */
function over({ gate, pairs, over: shadows, mostPerCall }: GateVerdict): readonly Hold[] {
  if (shadows === undefined || shadows === 0 || mostPerCall === undefined) return [];
  const sentence = `${count(shadows)} of ${count(pairs)} shadows took more than the policy allows one to take (${gate}.mostPerCall: ${money(gate, mostPerCall)}), so ${gate} is not bounded: limit the candidate's answers, or allow more in a new run (\`understudy plan\` proposes how much)`;
  return [{ reason: 'over_limit', sentence }];
}
