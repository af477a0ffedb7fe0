import { describe } from 'vitest';
import { type Answer, answerOfParts } from '../answer.js';
import type { Asked } from '../asked.js';
import { testScorer } from '../scorer.test.support.js';
import { toolExact } from './exact-calls.js';
import { toolArguments } from './loose-arguments.js';
import { toolNames } from './names.js';
import { toolValid } from './valid-calls.js';

/** An answer that makes calls: a name and arguments in turn. */
function calls(...given: readonly string[]): Answer {
  const parts = given.flatMap((name, at) =>
    at % 2 === 0 ? [{ type: 'tool_call' as const, id: String(at), name, arguments: given[at + 1] ?? '' }] : [],
  );
  return answerOfParts(parts, 'tool_call');
}

const SEARCH = {
  type: 'object',
  properties: { q: { type: 'string' }, n: { type: 'integer', default: 10 } },
  required: ['q'],
};
const ASKED: Asked = { json: false, schema: undefined, tools: [{ name: 'search', parameters: SEARCH }] };

describe('tool_names', () => {
  testScorer(
    toolNames,
    [
      [calls('f', '{}', 'f', '{}', 'g', '{}'), calls('g', '{}', 'f', '{}', 'h', '{}'), 2 / 3],
      [calls('f', '{}'), 'text', 0],
      ['text', 'other text', 1],
      ['text', calls('f', '{}'), 0],
      [calls('f', '{"a":1}'), calls('f', '{"a":2}'), 1],
    ],
    { asked: ASKED },
  );
});

describe('tool_arguments', () => {
  testScorer(
    toolArguments,
    [
      [calls('f', '{"n":5,"q":"Bern"}'), calls('f', '{"q":" bern ","n":"5"}'), 1],
      [calls('f', '{"n":5,"q":"Bern"}'), calls('f', '{"n":5,"q":"Basel"}'), 1 / 2],
      [calls('f', '{"n":5}'), calls('g', '{"n":5}'), 0],
      [calls('search', '{"q":"x"}'), calls('search', '{"q":"x","n":10}'), 1],
      [calls('search', '{"q":"x"}'), calls('search', '{"q":"x","n":11}'), 1 / 2],
      // The best pairing, not the first: a with c and b with a.
      [
        calls('f', '{"x":1,"y":1}', 'f', '{"x":1,"y":2}'),
        calls('f', '{"x":1,"y":2,"z":1}', 'f', '{"x":3,"y":1}'),
        (1 / 2 + 2 / 3) / 2,
      ],
      [calls('f', '{"x":1}', 'f', '{"x":2}'), calls('f', '{"x":2}', 'f', '{"x":1}'), 1],
      [calls('f', '{"x":1}', 'f', '{"x":1}'), calls('f', '{"x":1}'), 1 / 2],
      [calls('f', ''), calls('f', '{}'), 1],
      [calls('f', '{"x":'), calls('f', '{"x":1}'), 0],
    ],
    { asked: ASKED },
  );
});

describe('tool_exact', () => {
  testScorer(
    toolExact,
    [
      [calls('f', '{"a":1,"b":2}'), calls('f', '{ "b": 2.0, "a": 1 }'), 1],
      [calls('f', '{"a":"1"}'), calls('f', '{"a":1}'), 0],
      [calls('f', '{}', 'g', '{}'), calls('g', '{}', 'f', '{}'), 0],
      [calls('f', '{}'), 'text', 0],
      ['text', 'other text', 1],
    ],
    { asked: ASKED },
  );
});

describe('tool_valid', () => {
  testScorer(
    toolValid,
    [
      [calls('search', '{"q":"x"}'), calls('search', '{"q":"y","n":3}'), 1],
      [calls('search', '{"q":"x"}'), calls('search', '{"n":3}'), 0],
      [calls('search', '{"q":"x"}'), calls('search', '{"q":"x"'), 0],
      [calls('search', '{"q":"x"}'), calls('delete', '{}'), 0],
      [calls('search', '{"q":"x"}'), 'text', 1],
    ],
    { asked: ASKED, symmetric: false, reflexive: false },
  );
});
