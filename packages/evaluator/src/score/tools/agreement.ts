import type { Answer, ToolCall } from '../answer.js';
import type { Asked } from '../asked.js';
import { argumentsAgreement, spellingOf } from './arguments.js';
import { bestAssignment } from './assignment.js';

/** Calls of an answer that are compared. */
const MOST_CALLS = 128;
/** Above either of these, calls of one tool are compared in their order, not in the best one: pairs of calls, characters of arguments. */
const MOST_PAIRS = 64;
const MOST_CHARACTERS = 65_536;

/** Whether the calls of tools say anything: the primary makes some, or might have. */
export function callsApply({ calls }: Answer, { tools }: Asked): boolean {
  return calls.length > 0 || (tools?.length ?? 0) > 0;
}

export function callsOf({ calls }: Answer): readonly ToolCall[] {
  return calls.slice(0, MOST_CALLS);
}

/** How many calls of the same tools two answers have, in any order. */
export function commonNames(a: readonly ToolCall[], b: readonly ToolCall[]): number {
  const others = countsOf(b);
  let common = 0;
  for (const [name, count] of countsOf(a)) common += Math.min(count, others.get(name) ?? 0);
  return common;
}

function countsOf(calls: readonly ToolCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * How far the calls of two answers agree, in [0,1]: those of one tool are paired, each with at most one, so that their arguments
 * agree best; the sum of that over the number of calls of the answer that has more.
 */
export function callsAgreement(a: readonly ToolCall[], b: readonly ToolCall[], asked: Asked): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  const others = Map.groupBy(b, ({ name }) => name);
  let sum = 0;
  for (const [name, calls] of Map.groupBy(a, (call) => call.name))
    sum += ofOneTool(calls, others.get(name) ?? [], asked);
  // Sums of fractions may end a little off.
  return Math.min(1, sum > longer - 1e-9 ? 1 : sum / longer);
}

/** Calls of the same spelling first: they are most, and agree in all. */
function ofOneTool(a: readonly ToolCall[], b: readonly ToolCall[], asked: Asked): number {
  const waiting = Map.groupBy(b, spellingOf);
  const rest = a.filter((call) => waiting.get(spellingOf(call))?.shift() === undefined);
  const left = [...waiting.values()].flat();
  const same = a.length - rest.length;
  if (rest.length === 0 || left.length === 0) return same;
  if (rest.length * left.length > MOST_PAIRS || sizeOf(rest) + sizeOf(left) > MOST_CHARACTERS)
    return same + inOrder(rest, left, asked);
  return same + bestAssignment(rest.map((call) => left.map((other) => argumentsAgreement(call, other, asked))));
}

function sizeOf(calls: readonly ToolCall[]): number {
  return calls.reduce((sum, call) => sum + (call.arguments?.length ?? 0), 0);
}

function inOrder(a: readonly ToolCall[], b: readonly ToolCall[], asked: Asked): number {
  let sum = 0;
  for (const [at, call] of a.entries()) {
    const other = b[at];
    if (other !== undefined) sum += argumentsAgreement(call, other, asked);
  }
  return sum;
}
