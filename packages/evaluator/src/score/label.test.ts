import { describe, expect, it } from 'vitest';
import { answerOfParts, answerOfText } from './answer.js';
import { label, labelOf } from './label.js';
import { testScorer } from './scorer.test.support.js';

describe('label', () => {
  testScorer(label, [
    ['billing', 'Billing.', 1],
    ['billing', '"billing"', 1],
    ['billing', '**Billing**', 1],
    ['{"label":"billing"}', 'billing', 1],
    ['billing', 'shipping', 0],
    ['yes', 'Yes, because the order was late and you asked for it.', 0],
    ['42', '42', 1],
    ['42', '43', 0],
    ['true', '{"spam":true}', 1],
    ['billing', answerOfParts([{ type: 'tool_call', id: null, name: 'billing', arguments: '{}' }], null), 0],
    ['billing', '', 0],
  ]);
});

it.each([
  ['Yes.', 'yes'],
  [' NOT  spam ', 'not spam'],
  ['order_late', 'order_late'],
  ['B)', 'b'],
  ['🙂', '🙂'],
  ['...', '...'],
  ['-1', '-1'],
  ['{"sentiment":"Positive","score":1}', null],
  ['{"sentiment":null}', null],
  ['["a"]', null],
  ['billing\nshipping', null],
  ['It is about billing, I think', null],
  ['', null],
  ['x'.repeat(65), null],
])('takes %j for the label %j', (text, expected) => {
  expect(labelOf(answerOfText(text))).toBe(expected);
});
