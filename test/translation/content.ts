/** What every request of the matrix says, whatever protocol it says it in. */
export const SYSTEM = 'You are terse.';

export const QUESTION = 'What is on this picture, and what is the weather there?';

export const IMAGE = {
  mediaType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
} as const;

/**
 * Two calls in one turn, and their results. The ids are those that calls without one are given, since not every protocol has ids.
 */
export const CALLS = [
  { id: 'call_1', name: 'get_weather', arguments: { city: 'Zürich' }, result: 'sunny, 21 °C' },
  { id: 'call_2', name: 'get_time', arguments: { zone: 'CET' }, result: '12:04' },
] as const;
export const ANSWER = 'Zürich; it is sunny there.';
export const NEXT = 'And in “Genève”, as JSON?';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
  {
    name: 'get_time',
    description: 'The time in a zone.',
    parameters: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] },
  },
];

export const SCHEMA = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
} as const;

export const MAX_TOKENS = 300;

/** What the request is: the whole conversation with an answer in JSON asked for, or its beginning, to which a model calls tools. */
export type Said = 'whole' | 'opening';
