import { expect, test } from 'vitest';
import { TextPieces } from './text-pieces.js';

test('gives back all pieces in their order', () => {
  const text = new TextPieces();
  const pieces = Array.from({ length: 1000 }, (_, index) => `${index} `);
  for (const piece of pieces) text.add(piece);
  expect(text.length).toBe(pieces.join('').length);
  expect(text.take()).toBe(pieces.join(''));
  expect([text.length, text.heldBytes, text.take()]).toEqual([0, 0, '']);
});

test('short pieces take little more than their characters', () => {
  const text = new TextPieces();
  for (let index = 0; index < 256 * 100; index += 1) text.add('abc');
  expect(text.heldBytes).toBe(2 * 3 * 256 * 100 + 32 * 100);
});
