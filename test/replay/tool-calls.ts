import type { Part, Trial } from '@understudy/instrumentation/trial';
import { answered, FAILED, trialOf } from './trials.js';
import { fractions } from '../../packages/evaluator/src/stats/mulberry32.js';

/** A kind of calls: how often either model calls the tool as it should, and fails. */
interface Segment {
  readonly name: string;
  readonly calls: number;
  readonly incumbent: { readonly valid: number; readonly fails: number };
  readonly candidate: { readonly valid: number; readonly fails: number };
}

/** Overall the candidate is the better one by far; of refunds it gets two in three wrong. */
const SEGMENTS: readonly Segment[] = [
  { name: 'search', calls: 600, incumbent: { valid: 0.6, fails: 0.1 }, candidate: { valid: 0.97, fails: 0.01 } },
  { name: 'calendar', calls: 400, incumbent: { valid: 0.55, fails: 0.1 }, candidate: { valid: 0.96, fails: 0.01 } },
  { name: 'mail', calls: 350, incumbent: { valid: 0.5, fails: 0.1 }, candidate: { valid: 0.95, fails: 0.01 } },
  { name: 'refunds', calls: 350, incumbent: { valid: 0.98, fails: 0.01 }, candidate: { valid: 0.33, fails: 0.01 } },
];

const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { id: { type: 'integer' }, reason: { type: 'string' } },
  required: ['id', 'reason'],
  additionalProperties: false,
});

/** 1,700 pairs of tool calls, segments mixed in time: of a seed, always the same ones. */
export function toolCallTrials(run: string, seed: number): readonly Trial[] {
  const random = fractions(seed);
  const left = SEGMENTS.flatMap((segment) => Array.from({ length: segment.calls }, () => segment));
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [left[at], left[other]] = [left[other] as Segment, left[at] as Segment];
  }
  return left.map(({ name, incumbent, candidate }, at) => {
    const call = (of: Segment['incumbent'], usualMs: number): Trial['primary'] => {
      const [fails, valid, ms] = [random() < of.fails, random() < of.valid, usualMs * (0.5 + random())];
      return fails ? FAILED : answered([toolCall(name, at, valid)], Math.round(ms));
    };
    return trialOf({
      at,
      run,
      segment: name,
      asked: { tools: [{ name: `${name}_tool`, parameters: SCHEMA }] },
      primary: call(incumbent, 800),
      shadow: call(candidate, 500),
    });
  });
}

/** A call whose arguments keep to the schema, or miss one and hold a word for a number. */
function toolCall(segment: string, id: number, valid: boolean): Part {
  const given = valid ? { id, reason: `case ${id}` } : { id: `no. ${id}` };
  return { type: 'tool_call', id: `call_${id}`, name: `${segment}_tool`, arguments: JSON.stringify(given) };
}
