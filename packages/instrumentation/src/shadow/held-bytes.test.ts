import { expect, test } from 'vitest';
import { HeldBytes } from './held-bytes.js';

const refused = expect.objectContaining({ reason: 'leg_memory_cap' });

test('the one that would exceed what all may hold fails, the others go on', () => {
  const held = new HeldBytes({ free: 10, most: 100 });
  const [first, second] = [held.open(), held.open()];
  first.set(80);
  second.set(40);
  expect(held.counted).toBe(100);
  expect(() => second.set(41)).toThrow(refused);
  first.set(80);
  expect(held.counted).toBe(100);
});

test('a usual answer never fails for what others hold', () => {
  const held = new HeldBytes({ free: 10, most: 100 });
  held.open().set(110);
  for (let each = 0; each < 50; each += 1) held.open().set(10);
  expect(held.counted).toBe(100);
});

test('what is released or shrinks can be held by another', () => {
  const held = new HeldBytes({ free: 0, most: 100 });
  const [first, second] = [held.open(), held.open()];
  first.set(100);
  first.set(30);
  second.set(70);
  first.release();
  first.release();
  expect(held.counted).toBe(70);
  second.set(100);
});
