import { describe, expect, it } from 'vitest';
import { answerOfText } from '../answer.js';
import { type Asked, NOTHING_ASKED } from '../asked.js';
import { testScorer } from '../scorer.test.support.js';
import { jsonParses } from './parses.js';
import { jsonPaths } from './paths.js';
import { isValid } from './schema.js';
import { jsonValid } from './valid.js';
import { jsonValues } from './values.js';

const TICKET = {
  type: 'object',
  properties: {
    topic: { enum: ['refund', 'delivery'] },
    urgent: { type: 'boolean', default: false },
    orders: { type: 'array', items: { $ref: '#/$defs/order' }, uniqueItems: true },
  },
  required: ['topic'],
  additionalProperties: false,
  $defs: { order: { type: 'integer', minimum: 1 } },
};
const ASKED: Asked = { json: true, schema: TICKET, tools: null };

describe('json_parses', () => {
  testScorer(
    jsonParses,
    [
      ['{"a":1}', '{"b":', 0],
      ['{"a":1}', '[]', 1],
      ['[1]', 'Sure! [1]', 0],
      ['[1]', '```json\n[2]\n```', 1],
      ['[1]', '```json\n[2]\n```\nDone.', 0],
      ['{}', '7', 1],
      ['{}', '', 0],
      ['{}', "{'a':1}", 0],
      ['{}', '{"a":1,}', 0],
    ],
    { symmetric: false },
  );

  it('applies where JSON was asked for, whatever the primary made of it', () => {
    const broken = answerOfText('Here you are');
    expect(jsonParses.applies(broken, NOTHING_ASKED)).toBe(false);
    expect(jsonParses.applies(broken, { ...NOTHING_ASKED, json: true })).toBe(true);
  });
});

describe('json_valid', () => {
  testScorer(
    jsonValid,
    [
      ['{"topic":"refund"}', '{"topic":"delivery","orders":[1,2]}', 1],
      ['{"topic":"refund"}', '{"topic":"billing"}', 0],
      ['{"topic":"refund"}', '{"urgent":true}', 0],
      ['{"topic":"refund"}', '{"topic":"refund","more":1}', 0],
      ['{"topic":"refund"}', '{"topic":"refund","orders":[0]}', 0],
      ['{"topic":"refund"}', 'refund', 0],
      ['not asked for', '```\n{"topic":"refund"}\n```', 1],
    ],
    { asked: ASKED, symmetric: false, reflexive: false },
  );

  it('does not apply where no schema is known', () => {
    expect(jsonValid.applies(answerOfText('{}'), { ...NOTHING_ASKED, json: true })).toBe(false);
  });
});

describe('a validation', () => {
  it('reads no pattern: those may never end', () => {
    const schema = { type: 'string', pattern: '^(a+)+$' };
    expect(isValid(`${'a'.repeat(5000)}!`, schema)).toBe(true);
    const named = { type: 'object', patternProperties: { '^(x+)+$': { type: 'number' } }, additionalProperties: false };
    expect(isValid({ xx: 1 }, named)).toBe(true);
  });

  it('keeps properties that are called as what it leaves out is', () => {
    const schema = {
      type: 'object',
      properties: { pattern: { type: 'string' }, format: { enum: [{ pattern: 'x' }] } },
    };
    expect(isValid({ pattern: 1 }, schema)).toBe(false);
    expect(isValid({ format: { pattern: 'x' } }, schema)).toBe(true);
  });

  it('is given up, not taken for either, where it takes too many steps', () => {
    const twice = {
      anyOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }],
      required: ['a'],
    };
    const deep = (levels: number): unknown => (levels === 0 ? {} : { a: deep(levels - 1) });
    expect(isValid(deep(4), twice)).toBe(false);
    expect(isValid(deep(60), twice)).toBeNull();
  });

  it.each([[{ $ref: 'https://elsewhere.example/schema' }], [{ type: 7, properties: 3 }], ['no schema']])(
    'says nothing or fails, and never throws, for the schema %j',
    (schema) => {
      expect([null, false, true]).toContain(isValid({ a: 1 }, schema));
    },
  );
});

describe('json_paths', () => {
  testScorer(jsonPaths, [
    ['{"a":{"b":1},"c":2}', '{"a":{"b":3},"d":4}', 2 / 4],
    ['{"a":1}', '{"a":"x"}', 1],
    ['{"a":[{"x":1},{"y":2}]}', '{"a":[{"y":1},{"x":1},{"x":2}]}', 1],
    ['{"a":1}', '{"b":1}', 0],
    ['{"a":1}', 'no JSON', 0],
    ['{"a":1}', '7', 0],
    ['{}', '{}', 1],
    ['{}', '[]', 0],
    ['{"a":1}', '{"a":1,"b":null}', 1 / 2],
    ['{"a.b":1}', '{"a":{"b":1}}', 0],
    ['{"__proto__":1}', '{"__proto__":2}', 1],
  ]);
});

describe('json_values', () => {
  testScorer(jsonValues, [
    ['{"a":1,"b":"x"}', '{"a":1.0,"b":"y","c":2}', 1 / 3],
    ['{"a":"New  York "}', '{"a":"new york"}', 1],
    ['{"a":"5"}', '{"a":5}', 1],
    ['{"a":"true"}', '{"a":true}', 1],
    ['{"a":1,"b":null}', '{"a":1}', 1],
    ['[1,2,3]', '[1,3,2]', 1 / 3],
    ['[1,2]', '[1,2,3,4]', 1 / 2],
    ['{"a":"2026-11-21T12:00:00Z"}', '{"a":"2026-11-21T13:00:00+01:00"}', 1],
    ['{"a":"2026-11-21"}', '{"a":"2026-11-22"}', 0],
    ['{"a":1}', 'no JSON', 0],
    ['{"a":{"b":1,"c":2}}', '{"a":3}', 0],
    ['{}', '{}', 1],
    ['{"a":[]}', '{"a":[]}', 1],
    ['{"a":[]}', '{"a":[1]}', 0],
    ['{"a":""}', '{"a":0}', 0],
    ['{"a":"1"}', '{"a":true}', 0],
  ]);
});

describe('json_values with the schema that was asked for', () => {
  testScorer(
    jsonValues,
    [
      ['{"topic":"refund","urgent":false}', '{"topic":"refund"}', 1],
      ['{"topic":"refund","urgent":true}', '{"topic":"refund"}', 1 / 2],
      ['{"topic":"refund","orders":[1,2,3]}', '{"topic":"Refund","orders":[3,1,2]}', 1],
      ['{"topic":"refund","orders":[1,2,3]}', '{"topic":"refund","orders":[3,1]}', 2 / 4],
    ],
    { asked: ASKED },
  );
});
