import { expect, it } from 'vitest';
import { align } from './alignment.js';
import { editDistance } from './edit-distance.js';
import { generator, randomPairs } from './sequences.test.support.js';

/** The textbook table, for comparison. */
function byTable(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, item] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(Math.min(row[j]! + Number(item !== other), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row[b.length]!;
}

it('agrees with the textbook table on random sequences of every length across the words', () => {
  for (const [a, b] of randomPairs(11)) expect(editDistance(align(a, b))).toBe(byTable(a, b));
});

it('agrees with it where a few items, or just more than a few, are others', () => {
  const random = generator(13);
  for (let round = 0; round < 300; round += 1) {
    const a = Array.from({ length: 60 + random(140) }, () => String(random(9)));
    const b = [...a];
    for (let changes = random(45); changes > 0; changes -= 1)
      b.splice(random(b.length), random(2), ...(random(2) === 0 ? [] : [String(random(12))]));
    expect(editDistance(align(a, b))).toBe(byTable(a, b));
  }
});

it.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['', '', 0],
  ['a'.repeat(64), 'a'.repeat(64), 0],
  [`x${'a'.repeat(32)}y`, `z${'a'.repeat(33)}w`, 3],
  ['ab'.repeat(50), 'ba'.repeat(50), 2],
])('is the distance of %j and %j', (a, b, distance) => {
  expect(editDistance(align(a.split(''), b.split('')))).toBe(distance);
  expect(editDistance(align(b.split(''), a.split('')))).toBe(distance);
});
