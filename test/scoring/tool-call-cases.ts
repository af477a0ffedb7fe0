import type { ToolClass } from '../../packages/evaluator/src/score/tools/tool-class.js';

/** A text, or the calls an answer makes: the tool's name and its arguments as JSON text. */
export type Given = string | readonly (readonly [name: string, text: string])[];

export interface ToolCase {
  readonly what: string;
  readonly primary: Given;
  readonly other: Given;
  readonly expected: ToolClass | null;
  /** What the request offered is known. Default: true. */
  readonly offered?: false;
}

export const TOOLS = [
  {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['celsius', 'fahrenheit'], default: 'celsius' },
        days: { type: 'integer', minimum: 1, default: 1 },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['city'],
      additionalProperties: false,
    },
  },
  {
    name: 'refund',
    parameters: {
      type: 'object',
      properties: {
        order: { type: 'integer' },
        amount: { type: 'number' },
        reasons: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        items: { type: 'array', items: { $ref: '#/$defs/item' } },
        notify: { type: ['boolean', 'null'] },
      },
      required: ['order'],
      $defs: {
        item: {
          type: 'object',
          properties: { sku: { type: 'string' }, count: { type: 'integer', default: 1 } },
          required: ['sku'],
        },
      },
    },
  },
  { name: 'now', parameters: { type: 'object', properties: {} } },
  { name: 'note', parameters: null },
] as const;

const bern = [['weather', '{"city":"Bern"}']] as const;
const refund = (text: string): Given => [['refund', text]];
const note = (text: string): Given => [['note', text]];
const weather = (text: string): Given => [['weather', text]];

export const TOOL_CASES: readonly ToolCase[] = [
  // To the letter, and as JSON.
  { what: 'the same text', primary: bern, other: bern, expected: 'same' },
  { what: 'white space', primary: bern, other: weather('{ "city" : "Bern" }'), expected: 'same' },
  {
    what: 'the order of keys',
    primary: weather('{"city":"Bern","days":2}'),
    other: weather('{"days":2,"city":"Bern"}'),
    expected: 'same',
  },
  {
    what: 'an escaped letter',
    primary: weather('{"city":"Zürich"}'),
    other: weather('{"city":"Z\\u00fcrich"}'),
    expected: 'same',
  },
  {
    what: 'a composed letter',
    primary: weather('{"city":"Zürich"}'),
    other: weather('{"city":"Zu\u0308rich"}'),
    expected: 'same',
  },
  {
    what: 'a number spelled otherwise',
    primary: refund('{"order":100}'),
    other: refund('{"order":1e2}'),
    expected: 'same',
  },
  {
    what: 'a whole number with a point',
    primary: refund('{"order":7}'),
    other: refund('{"order":7.0}'),
    expected: 'same',
  },
  { what: 'no arguments at all', primary: [['now', '']], other: [['now', '{}']], expected: 'same' },
  // Loosely.
  { what: 'case', primary: bern, other: weather('{"city":"BERN"}'), expected: 'same' },
  { what: 'outer white space', primary: bern, other: weather('{"city":" Bern\\n"}'), expected: 'same' },
  {
    what: 'a default written out',
    primary: bern,
    other: weather('{"city":"Bern","unit":"celsius"}'),
    expected: 'same',
  },
  {
    what: 'two defaults written out',
    primary: weather('{"city":"Bern","days":1,"unit":"celsius"}'),
    other: bern,
    expected: 'same',
  },
  {
    what: 'an instant in another time zone',
    primary: weather('{"city":"Bern","at":"2026-11-21T12:00:00Z"}'),
    other: weather('{"city":"Bern","at":"2026-11-21T13:00:00+01:00"}'),
    expected: 'same',
  },
  {
    what: 'a null that may be one',
    primary: refund('{"order":7}'),
    other: refund('{"order":7,"notify":null}'),
    expected: 'same',
  },
  {
    what: 'a set in another order',
    primary: refund('{"order":7,"reasons":["late","broken"]}'),
    other: refund('{"order":7,"reasons":["broken","late"]}'),
    expected: 'same',
  },
  {
    what: 'a default behind a reference',
    primary: refund('{"order":7,"items":[{"sku":"a"}]}'),
    other: refund('{"order":7,"items":[{"sku":"A","count":1}]}'),
    expected: 'same',
  },
  {
    what: 'a number as a string, where no schema forbids it',
    primary: note('{"n":5}'),
    other: note('{"n":"5"}'),
    expected: 'same',
  },
  {
    what: 'a boolean as a string, where no schema forbids it',
    primary: note('{"b":true}'),
    other: note('{"b":"True"}'),
    expected: 'same',
  },
  {
    what: 'a field that is null, without a schema',
    primary: note('{"a":1}'),
    other: note('{"a":1,"b":null}'),
    expected: 'same',
  },
  // Parallel calls.
  {
    what: 'parallel calls in another order',
    primary: [...bern, ['weather', '{"city":"Basel"}']],
    other: [['weather', '{"city":"Basel"}'], ...bern],
    expected: 'same',
  },
  {
    what: 'parallel calls of two tools in another order',
    primary: [...bern, ['now', '{}']],
    other: [
      ['now', ''],
      ['weather', '{"city":"bern"}'],
    ],
    expected: 'same',
  },
  {
    what: 'parallel calls, in another order and loosely',
    primary: [
      ['weather', '{"city":"Bern"}'],
      ['weather', '{"city":"Basel","days":1}'],
    ],
    other: [
      ['weather', '{"city":"basel"}'],
      ['weather', '{"city":"bern","days":1}'],
    ],
    expected: 'same',
  },
  {
    what: 'one of two calls with another city',
    primary: [...bern, ['weather', '{"city":"Basel"}']],
    other: [...bern, ['weather', '{"city":"Biel"}']],
    expected: 'other_arguments',
  },
  { what: 'the same call once more', primary: bern, other: [...bern, ...bern], expected: 'other_tool' },
  { what: 'one call of two', primary: [...bern, ['now', '{}']], other: bern, expected: 'other_tool' },
  // Other arguments.
  { what: 'another city', primary: bern, other: weather('{"city":"Basel"}'), expected: 'other_arguments' },
  { what: 'no default', primary: bern, other: weather('{"city":"Bern","days":3}'), expected: 'other_arguments' },
  {
    what: 'another unit',
    primary: bern,
    other: weather('{"city":"Bern","unit":"fahrenheit"}'),
    expected: 'other_arguments',
  },
  {
    what: 'a cent less',
    primary: refund('{"order":7,"amount":10.01}'),
    other: refund('{"order":7,"amount":10}'),
    expected: 'other_arguments',
  },
  {
    what: 'a list in another order, whose order counts',
    primary: refund('{"order":7,"items":[{"sku":"a"},{"sku":"b"}]}'),
    other: refund('{"order":7,"items":[{"sku":"b"},{"sku":"a"}]}'),
    expected: 'other_arguments',
  },
  {
    what: 'an item less in a set',
    primary: refund('{"order":7,"reasons":["late","broken"]}'),
    other: refund('{"order":7,"reasons":["late"]}'),
    expected: 'other_arguments',
  },
  {
    what: 'an optional field less',
    primary: refund('{"order":7,"amount":1}'),
    other: refund('{"order":7}'),
    expected: 'other_arguments',
  },
  {
    what: 'punctuation in a text',
    primary: note('{"t":"Call back."}'),
    other: note('{"t":"Call back!"}'),
    expected: 'other_arguments',
  },
  {
    what: 'another instant',
    primary: weather('{"city":"Bern","at":"2026-11-21T12:00:00Z"}'),
    other: weather('{"city":"Bern","at":"2026-11-21T12:00:00+01:00"}'),
    expected: 'other_arguments',
  },
  {
    what: 'a number in a list instead of alone',
    primary: note('{"n":5}'),
    other: note('{"n":[5]}'),
    expected: 'other_arguments',
  },
  { what: 'zero for an empty text', primary: note('{"n":""}'), other: note('{"n":0}'), expected: 'other_arguments' },
  { what: 'one for true', primary: note('{"n":true}'), other: note('{"n":1}'), expected: 'other_arguments' },
  // Broken arguments.
  { what: 'JSON that broke off', primary: bern, other: weather('{"city":"Be'), expected: 'invalid_arguments' },
  { what: 'no object', primary: bern, other: weather('"Bern"'), expected: 'invalid_arguments' },
  { what: 'a list', primary: bern, other: weather('["Bern"]'), expected: 'invalid_arguments' },
  { what: 'words', primary: bern, other: weather('city: Bern'), expected: 'invalid_arguments' },
  { what: 'a required field less', primary: bern, other: weather('{"days":1}'), expected: 'invalid_arguments' },
  { what: 'nothing where something is required', primary: bern, other: weather(''), expected: 'invalid_arguments' },
  {
    what: 'a field that there is not',
    primary: bern,
    other: weather('{"city":"Bern","country":"CH"}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'a word that is no choice',
    primary: bern,
    other: weather('{"city":"Bern","unit":"kelvin"}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'a number as a string, which the schema forbids',
    primary: refund('{"order":7}'),
    other: refund('{"order":"7"}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'a fraction of an order',
    primary: refund('{"order":7}'),
    other: refund('{"order":7.5}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'below the minimum',
    primary: weather('{"city":"Bern","days":2}'),
    other: weather('{"city":"Bern","days":0}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'a field less behind a reference',
    primary: refund('{"order":7,"items":[{"sku":"a"}]}'),
    other: refund('{"order":7,"items":[{"count":1}]}'),
    expected: 'invalid_arguments',
  },
  {
    what: 'one broken call of two',
    primary: [...bern, ['now', '{}']],
    other: [...bern, ['now', '{']],
    expected: 'invalid_arguments',
  },
  { what: 'broken as the primary is', primary: weather('{"city":'), other: weather('{"city":'), expected: 'same' },
  { what: 'whole where the primary is broken', primary: weather('{"city":'), other: bern, expected: 'other_arguments' },
  {
    what: 'a required field less, of which nothing is known',
    primary: bern,
    other: weather('{"days":1}'),
    expected: 'other_arguments',
    offered: false,
  },
  {
    what: 'JSON that broke off, whatever is known',
    primary: bern,
    other: weather('{'),
    expected: 'invalid_arguments',
    offered: false,
  },
  // Another tool, or none.
  { what: 'another tool', primary: bern, other: refund('{"order":7}'), expected: 'other_tool' },
  {
    what: 'another tool with the same arguments',
    primary: bern,
    other: note('{"city":"Bern"}'),
    expected: 'other_tool',
  },
  {
    what: 'a tool that was not offered',
    primary: bern,
    other: [['get_weather', '{"city":"Bern"}']],
    expected: 'other_tool',
  },
  { what: 'a name in another case', primary: bern, other: [['Weather', '{"city":"Bern"}']], expected: 'other_tool' },
  { what: 'another tool with broken arguments', primary: bern, other: [['refund', '{']], expected: 'other_tool' },
  { what: 'words instead', primary: bern, other: 'It is sunny in Bern.', expected: 'text_instead' },
  { what: 'the call as a text', primary: bern, other: 'weather({"city":"Bern"})', expected: 'text_instead' },
  { what: 'nothing instead', primary: bern, other: '', expected: 'text_instead' },
  { what: 'a call instead of words', primary: 'Which city?', other: bern, expected: 'call_instead' },
  { what: 'words for words', primary: 'Which city?', other: 'Where?', expected: null },
];
