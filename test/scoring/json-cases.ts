import type { JsonClass } from '../../packages/evaluator/src/score/json/json-class.js';

export interface JsonCase {
  readonly what: string;
  readonly primary: string;
  readonly other: string;
  readonly expected: JsonClass | null;
  /** The schema that was asked for is known. Default: false. */
  readonly asked?: true;
}

export const SCHEMA = {
  type: 'object',
  properties: {
    topic: { type: 'string', enum: ['refund', 'delivery', 'other'] },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
    urgent: { type: 'boolean', default: false },
    orders: { type: 'array', items: { type: 'integer' }, uniqueItems: true },
    customer: {
      anyOf: [{ type: 'null' }, { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }],
    },
  },
  required: ['topic', 'confidence'],
  additionalProperties: false,
};

const REFUND = '{"topic":"refund","confidence":0.9}';

export const JSON_CASES: readonly JsonCase[] = [
  { what: 'the same', primary: REFUND, other: REFUND, expected: 'same', asked: true },
  {
    what: 'another order of keys',
    primary: REFUND,
    other: '{ "confidence": 0.90, "topic": "refund" }',
    expected: 'same',
  },
  { what: 'in a fence', primary: REFUND, other: `\`\`\`json\n${REFUND}\n\`\`\``, expected: 'same' },
  {
    what: 'both in fences',
    primary: `\`\`\`\n${REFUND}\n\`\`\``,
    other: `\`\`\`json\n${REFUND}\n\`\`\`\n`,
    expected: 'same',
  },
  {
    what: 'a default written out',
    primary: REFUND,
    other: '{"topic":"refund","confidence":0.9,"urgent":false}',
    expected: 'same',
    asked: true,
  },
  {
    what: 'the same, of which no default is known',
    primary: REFUND,
    other: '{"topic":"refund","confidence":0.9,"urgent":false}',
    expected: 'other_keys',
  },
  {
    what: 'a null for nothing',
    primary: REFUND,
    other: '{"topic":"refund","confidence":0.9,"customer":null}',
    expected: 'same',
    asked: true,
  },
  {
    what: 'a set in another order',
    primary: '{"topic":"other","confidence":1,"orders":[1,2]}',
    other: '{"topic":"other","confidence":1,"orders":[2,1]}',
    expected: 'same',
    asked: true,
  },
  {
    what: 'case and white space of a text',
    primary: '{"name":"Ada  Lovelace"}',
    other: '{"name":"ada lovelace "}',
    expected: 'same',
  },
  { what: 'an escaped letter', primary: '["é"]', other: '["\\u00e9"]', expected: 'same' },
  { what: 'a repeated key: the last counts', primary: '{"a":2}', other: '{"a":1,"a":2}', expected: 'same' },
  { what: 'nothing at all', primary: '{}', other: ' { } ', expected: 'same' },
  {
    what: 'another topic',
    primary: REFUND,
    other: '{"topic":"delivery","confidence":0.9}',
    expected: 'other_values',
    asked: true,
  },
  { what: 'another number', primary: REFUND, other: '{"topic":"refund","confidence":0.8}', expected: 'other_values' },
  { what: 'a list in another order', primary: '[1,2,3]', other: '[3,2,1]', expected: 'other_values' },
  { what: 'a longer list', primary: '[1,2]', other: '[1,2,3]', expected: 'other_values' },
  { what: 'an object for a number', primary: '{"a":1}', other: '{"a":{"b":1}}', expected: 'other_keys' },
  { what: 'one key more', primary: '{"a":1}', other: '{"a":1,"b":2}', expected: 'other_keys' },
  { what: 'one key less', primary: '{"a":1,"b":2}', other: '{"a":1}', expected: 'other_keys' },
  { what: 'a key in another case', primary: '{"topic":1}', other: '{"Topic":1}', expected: 'other_keys' },
  { what: 'wrapped in a list', primary: '{"a":1}', other: '[{"a":1}]', expected: 'other_keys' },
  { what: 'a number alone', primary: '{"a":1}', other: '1', expected: 'other_keys' },
  {
    what: 'another choice than there is',
    primary: REFUND,
    other: '{"topic":"billing","confidence":0.9}',
    expected: 'invalid',
    asked: true,
  },
  {
    what: 'above the maximum',
    primary: REFUND,
    other: '{"topic":"refund","confidence":90}',
    expected: 'invalid',
    asked: true,
  },
  {
    what: 'a number as a text',
    primary: REFUND,
    other: '{"topic":"refund","confidence":"0.9"}',
    expected: 'invalid',
    asked: true,
  },
  { what: 'a required key less', primary: REFUND, other: '{"topic":"refund"}', expected: 'invalid', asked: true },
  {
    what: 'a key that there is not',
    primary: REFUND,
    other: '{"topic":"refund","confidence":0.9,"why":"x"}',
    expected: 'invalid',
    asked: true,
  },
  {
    what: 'none of the alternatives',
    primary: REFUND,
    other: '{"topic":"refund","confidence":0.9,"customer":{}}',
    expected: 'invalid',
    asked: true,
  },
  { what: 'a list for an object', primary: REFUND, other: `[${REFUND}]`, expected: 'invalid', asked: true },
  {
    what: 'as invalid as the primary',
    primary: '{"topic":"x","confidence":0}',
    other: '{"topic":"y","confidence":0}',
    expected: 'other_values',
    asked: true,
  },
  { what: 'words around it', primary: REFUND, other: `Here it is: ${REFUND}`, expected: 'not_json' },
  {
    what: 'words after a fence',
    primary: REFUND,
    other: `\`\`\`json\n${REFUND}\n\`\`\`\nThat is all.`,
    expected: 'not_json',
  },
  { what: 'broken off', primary: REFUND, other: '{"topic":"refund","confid', expected: 'not_json', asked: true },
  { what: 'a comma too many', primary: '[1]', other: '[1,]', expected: 'not_json' },
  { what: 'single quotes', primary: '{"a":1}', other: "{'a':1}", expected: 'not_json' },
  { what: 'two values', primary: '{"a":1}', other: '{"a":1}{"a":1}', expected: 'not_json' },
  { what: 'a comment', primary: '{"a":1}', other: '{"a":1} // done', expected: 'not_json' },
  { what: 'NaN', primary: '{"a":1}', other: '{"a":NaN}', expected: 'not_json' },
  { what: 'nothing said', primary: '{"a":1}', other: '', expected: 'not_json' },
  { what: 'deeper than is read', primary: '[1]', other: '['.repeat(500) + ']'.repeat(500), expected: 'not_json' },
  { what: 'a primary of words', primary: 'It is a refund.', other: REFUND, expected: null },
];
