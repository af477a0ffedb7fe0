import type { Scorer } from '../scorer.js';
import { spellingOf } from './arguments.js';
import { callsApply, callsOf } from './agreement.js';

/** 1 where both answers make the same calls in the same order with the same JSON, else 0. It applies as `tool_arguments` does. */
export const toolExact: Scorer = {
  name: 'tool_exact',
  applies: (primary, asked) => primary.form === 'text' && callsApply(primary, asked),
  score: (primary, other) => {
    const [a, b] = [callsOf(primary), callsOf(other)];
    return Number(a.length === b.length && a.every((call, at) => sameCall(call, b[at])));
  },
};

function sameCall(a: Parameters<typeof spellingOf>[0], b: Parameters<typeof spellingOf>[0] | undefined): boolean {
  if (b === undefined || a.name !== b.name) return false;
  return a.arguments === b.arguments || spellingOf(a) === spellingOf(b);
}
