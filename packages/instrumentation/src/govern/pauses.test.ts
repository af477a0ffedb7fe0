import { expect, it } from 'vitest';
import { Pauses } from './pauses.js';

const low = { ms: 60_000, harm: false, detail: 'low' };
const refused = { ms: 60_000, harm: true, detail: 'refused' };

function pauses(): Pauses<number> {
  return new Pauses<number>(() => 10_000, { began: () => undefined, ended: () => undefined });
}

it('keeps so many limits that are low, and of them the newest', () => {
  const kept = pauses();
  for (let limit = 0; limit < 1000; limit += 1)
    kept.trip(0, 'paused_rate_limit', `limit ${limit}`, (asked) => asked === limit, low);
  const held = Array.from({ length: 1000 }, (_, limit) => kept.heldBack(1, limit) !== null);
  expect(held.filter(Boolean)).toHaveLength(256);
  expect(held.slice(744).every(Boolean)).toBe(true);
});

it('lets those go first that hold nothing back any more', () => {
  const kept = pauses();
  for (let limit = 0; limit < 256; limit += 1)
    kept.trip(0, 'paused_rate_limit', `limit ${limit}`, (asked) => asked === limit, {
      ...low,
      ms: limit === 9 ? 1 : low.ms,
    });
  kept.trip(30_001, 'paused_rate_limit', 'another', (asked) => asked === 1000, low);
  expect([0, 255, 1000].map((asked) => kept.heldBack(30_001, asked)?.share)).toEqual([0, 0, 0]);
});

it('never lets one go for what has hurt somebody, nor refuses one', () => {
  const kept = pauses();
  for (let origin = 0; origin < 300; origin += 1)
    kept.trip(0, 'paused_primary', `limit ${origin}`, (asked) => asked === origin, refused);
  for (let limit = 1000; limit < 1300; limit += 1)
    kept.trip(0, 'paused_rate_limit', `limit ${limit}`, (asked) => asked === limit, low);
  expect([0, 299, 1299].map((asked) => kept.heldBack(1, asked)?.reason)).toEqual([
    'paused_primary',
    'paused_primary',
    'paused_rate_limit',
  ]);
});
