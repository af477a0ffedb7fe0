import { expect, test } from 'vitest';
import { EventStreamParser, type StreamEvent } from './event-stream.js';

function parse(parts: readonly Uint8Array[], maxLength = 1000): { events: StreamEvent[]; overflowed: boolean } {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser(maxLength, (event) => events.push(event));
  for (const part of parts) parser.push(part);
  parser.end();
  return { events, overflowed: parser.overflowed };
}

const TEXT =
  ': a comment\n\nevent: first\ndata: {"a":"ünï✓𝄞"}\n\ndata: one\ndata:two\ndata\nid: 7\nretry: 10\n\n\n\ndata:  spaced\n\n';
const EVENTS = [
  { name: 'first', data: '{"a":"ünï✓𝄞"}' },
  { name: '', data: 'one\ntwo\n' },
  { name: '', data: ' spaced' },
];

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('lines that end in %s, cut at every byte', (_name, ending) => {
  const bytes = new TextEncoder().encode(TEXT.replaceAll('\n', ending));
  for (const size of [1, 2, 3, 5, 16, bytes.length]) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    expect(parse(parts).events).toEqual(EVENTS);
  }
});

test('an event without its blank line counts at the end', () => {
  expect(parse([new TextEncoder().encode('data: [DONE]')]).events).toEqual([{ name: '', data: '[DONE]' }]);
});

test('a byte order mark is skipped', () => {
  expect(parse([new TextEncoder().encode('\uFEFFdata: x\n\n')]).events).toEqual([{ name: '', data: 'x' }]);
});

test('an event longer than may be held is dropped, the next is read', () => {
  const parts = ['data: ', 'x'.repeat(60), 'y'.repeat(60), '\ndata: tail\n\ndata: next\n\n'].map((part) =>
    new TextEncoder().encode(part),
  );
  expect(parse(parts, 50)).toEqual({ events: [{ name: '', data: 'next' }], overflowed: true });
});

test('many short data lines of one event are capped too', () => {
  const text = `${'data: 0123456789\n'.repeat(20)}\ndata: next\n\n`;
  expect(parse([new TextEncoder().encode(text)], 50)).toEqual({
    events: [{ name: '', data: 'next' }],
    overflowed: true,
  });
});
