import { describe, expect, it } from 'vitest';
import { type Answer, answerOfParts, answerOfText } from '../../packages/evaluator/src/score/answer.js';
import { type Asked, NOTHING_ASKED } from '../../packages/evaluator/src/score/asked.js';
import { jsonClass } from '../../packages/evaluator/src/score/json/json-class.js';
import { SCORERS } from '../../packages/evaluator/src/score/registry.js';
import { toolClass } from '../../packages/evaluator/src/score/tools/tool-class.js';
import { JSON_CASES, SCHEMA } from './json-cases.js';
import { type Given, TOOL_CASES, TOOLS } from './tool-call-cases.js';

function answer(given: Given): Answer {
  if (typeof given === 'string') return answerOfText(given);
  const parts = given.map(([name, text], at) => ({ type: 'tool_call', id: `c${at}`, name, arguments: text }) as const);
  return answerOfParts(parts, 'tool_call');
}

const OFFERED: Asked = { ...NOTHING_ASKED, tools: TOOLS };

/** Scores of a pair by scorer; a scorer that does not apply is absent. */
function scoresOf(primary: Answer, other: Answer, asked: Asked): Readonly<Record<string, number | null>> {
  const applying = SCORERS.filter((scorer) => scorer.applies(primary, asked));
  return Object.fromEntries(applying.map((scorer) => [scorer.name, scorer.score(primary, other, asked)]));
}

it('has at least sixty cases', () => {
  expect(TOOL_CASES.length + JSON_CASES.length).toBeGreaterThanOrEqual(60);
});

describe('the class of tool calls', () => {
  it.each(TOOL_CASES)('$what: $expected', ({ primary, other, expected, offered = true }) => {
    expect(toolClass(answer(primary), answer(other), offered ? OFFERED : NOTHING_ASKED)).toBe(expected);
  });

  it.each(TOOL_CASES.filter(({ expected }) => expected !== null))(
    '$what: its scores say the same',
    ({ primary, other, expected, offered = true }) => {
      const asked = offered ? OFFERED : NOTHING_ASKED;
      const scores = scoresOf(answer(primary), answer(other), asked);
      const known = offered || typeof primary !== 'string';
      expect(Object.hasOwn(scores, 'tool_names')).toBe(known);
      expect(scores['tool_names'] === 1).toBe(!['other_tool', 'text_instead', 'call_instead'].includes(expected ?? ''));
      if (expected === 'same') expect(scores['tool_arguments']).toBe(1);
      if (expected === 'other_arguments') expect(scores['tool_arguments']).toBeLessThan(1);
      if (expected === 'text_instead' || expected === 'call_instead') expect(scores['tool_arguments']).toBe(0);
      if (expected === 'invalid_arguments') expect(scores['tool_valid']).toBe(0);
      if (scores['tool_exact'] === 1) expect(expected).toBe('same');
    },
  );
});

describe('the class of JSON', () => {
  it.each(JSON_CASES)('$what: $expected', ({ primary, other, expected, asked }) => {
    const given = asked === true ? { json: true, schema: SCHEMA, tools: null } : NOTHING_ASKED;
    expect(jsonClass(answer(primary), answer(other), given)).toBe(expected);
  });

  it.each(JSON_CASES.filter(({ expected }) => expected !== null))(
    '$what: its scores say the same',
    ({ primary, other, expected, asked }) => {
      const given = asked === true ? { json: true, schema: SCHEMA, tools: null } : NOTHING_ASKED;
      const scores = scoresOf(answer(primary), answer(other), given);
      expect(scores['json_parses']).toBe(Number(expected !== 'not_json'));
      // What is loosely the same may still break the schema.
      if (expected !== 'invalid') expect(scores['json_values'] === 1).toBe(expected === 'same');
      if (expected === 'not_json') expect([scores['json_values'], scores['json_paths']]).toEqual([0, 0]);
      if (expected === 'other_values') expect(scores['json_paths']).toBe(1);
      if (expected === 'invalid') expect(scores['json_valid']).toBe(0);
    },
  );
});
