import { expect, test } from 'vitest';
import { topLevelFields } from './top-level.js';

const NAMES = new Set(['model', 'stream', 'n']);

function read(text: string): Record<string, unknown> | null {
  const fields = topLevelFields(text, NAMES);
  return fields && Object.fromEntries(fields);
}

test('reads fields wherever they stand', () => {
  expect(read('{"model":"a","messages":[{"role":"user"}],"stream":true}')).toEqual({ model: 'a', stream: true });
  expect(read(' { "messages" : [] , "n" : 2 ,\n"model"\t:"b" } ')).toEqual({ n: 2, model: 'b' });
  expect(read('{}')).toEqual({});
});

test('keys inside strings and nested values are not the top level', () => {
  const body = {
    messages: [{ content: '","model":"inner","stream":true,{"' }],
    tool: { model: 'nested', n: [1, { n: 9 }] },
    model: 'outer',
  };
  expect(read(JSON.stringify(body))).toEqual({ model: 'outer' });
  expect(read(JSON.stringify(body, null, 2))).toEqual({ model: 'outer' });
});

test('escapes before a closing quote are counted', () => {
  expect(read(String.raw`{"a":"\\","model":"m"}`)).toEqual({ model: 'm' });
  expect(read(String.raw`{"a":"\\\"","model":"m\"n"}`)).toEqual({ model: 'm"n' });
  expect(read(String.raw`{"\u006dodel":"escaped key"}`)).toEqual({ model: 'escaped key' });
});

test('the last of duplicate keys wins, as with JSON.parse', () => {
  const text = '{"model":"first","model":"second"}';
  expect(read(text)).toEqual(JSON.parse(text));
});

test.each([
  '',
  '[]',
  'null',
  '"{"',
  '{',
  '{"model"',
  '{"model":',
  '{"model":"a"',
  '{"model":"a}',
  '{"a":[1}',
  '{"model":"a"} x',
  '{"a" 1}',
  '{a:1}',
])('not a whole object: %s', (text) => expect(topLevelFields(text, NAMES)).toBeNull());

test('depth costs no stack', () => {
  const deep = `{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)},"model":"m"}`;
  expect(read(deep)).toEqual({ model: 'm' });
});

test('agrees with JSON.parse on seeded objects', () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const value = (depth: number): unknown => {
    const kind = random(depth > 3 ? 4 : 6);
    if (kind === 0) return ['\\', '"', '{"model":1}', 'é✓\n', ']}'][random(5)];
    if (kind === 1) return random(1000) / 7;
    if (kind === 2) return random(2) === 0;
    if (kind === 3) return null;
    if (kind === 4) return Array.from({ length: random(4) }, () => value(depth + 1));
    return object(depth + 1);
  };
  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: random(6) }, () => [['model', 'stream', 'x', 'a"b', 'n'][random(5)], value(depth)]),
    );
  for (let round = 0; round < 500; round += 1) {
    const whole = object(0);
    const expected = Object.fromEntries(
      Object.entries(JSON.parse(JSON.stringify(whole)) as object).filter(([key]) => NAMES.has(key)),
    );
    expect(read(JSON.stringify(whole, null, random(3)))).toEqual(expected);
  }
});

test.each([
  '0',
  '-0',
  '7',
  '-12.5',
  '0.30',
  '1e3',
  '123456789012345678',
  '007',
  '1.',
  '.5',
  '+1',
  '0x10',
  'NaN',
  'tru',
])('a number is what JSON.parse makes of it: %s', (number) => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(number);
  } catch {
    parsed = undefined;
  }
  expect(read(`{"n":${number}}`)).toEqual({ n: parsed });
});
