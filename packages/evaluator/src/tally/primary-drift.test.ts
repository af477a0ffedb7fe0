import { describe, expect, it } from 'vitest';
import { addAnswer, type Distribution, emptyDistribution } from './distribution.js';
import { primaryDrift } from './primary-drift.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** So many answers of each length. */
function answers(...lengths: readonly (readonly [length: number, count: number])[]): Distribution {
  const made = emptyDistribution();
  for (const [length, count] of lengths) {
    for (let at = 0; at < count; at += 1) {
      addAnswer(made, { length, language: 'en', structure: [], finish: 'stop', refused: false, hash: null });
    }
  }
  return made;
}

const day = (at: number, made: Distribution, stream = '_all') => ({ stream, day: at, answers: made });
const known = { from: 100 * DAY_MS, through: 102 * DAY_MS };
const before = answers([100, 500], [400, 500]);
const after = answers([400, 500], [1600, 500]);

describe('the drift of the primary', () => {
  it('is of the last whole day against the days before, in the feature that moved most', () => {
    expect(primaryDrift([day(101, after), day(100, before)], known)).toMatchObject({
      feature: 'length',
      day: 101,
      answers: 1000,
      before: 1000,
    });
    expect(primaryDrift([day(101, before), day(100, before)], known)).toBeNull();
    expect(primaryDrift([day(101, after)], known)).toBeNull();
    expect(primaryDrift([], { from: null, through: null })).toBeNull();
  });

  it('is none of a day that is not over, and none of one whose beginning is missing', () => {
    const days = [day(100, before), day(101, after)];
    expect(primaryDrift(days, { ...known, through: 102 * DAY_MS - 1 })).toBeNull();
    expect(primaryDrift(days, { ...known, from: 100 * DAY_MS + 2 * HOUR_MS })).toBeNull();
    expect(primaryDrift(days, { ...known, from: 100 * DAY_MS + HOUR_MS / 2 })).not.toBeNull();
  });

  it('needs 500 answers on each side', () => {
    const few = answers([400, 240], [1600, 240]);
    expect(primaryDrift([day(100, before), day(101, few)], known)).toBeNull();
    expect(primaryDrift([day(100, few), day(101, before)], known)).toBeNull();
  });

  it('is none where the segments are as they were, and only how much there is of each is not', () => {
    const mixed = [
      day(100, before),
      day(101, answers([100, 1500], [400, 500])),
      day(100, answers([100, 500]), 'short'),
      day(101, answers([100, 1500]), 'short'),
      day(100, answers([400, 500]), 'long'),
      day(101, answers([400, 500]), 'long'),
    ];
    expect(primaryDrift(mixed.slice(0, 2), known)).not.toBeNull();
    expect(primaryDrift(mixed, known)).toBeNull();
    const moved = mixed.with(5, day(101, answers([1600, 500]), 'long'));
    expect(primaryDrift(moved, known)).toMatchObject({ feature: 'length' });
  });

  it('is none of a weekend that is as the last one was, and one where it is not', () => {
    const week = [101, 102, 103, 104, 105, 106].map((at) => day(at, before));
    const until = { ...known, through: 108 * DAY_MS };
    expect(primaryDrift([...week, day(107, after)], until)).not.toBeNull();
    expect(primaryDrift([day(100, after), ...week, day(107, after)], until)).toBeNull();
    expect(primaryDrift([day(100, before), ...week, day(107, after)], until)).not.toBeNull();
    const few = answers([400, 240], [1600, 240]);
    expect(primaryDrift([day(100, few), ...week, day(107, after)], until)).not.toBeNull();
  });

  it('is one where it may be of a segment that is too small to tell', () => {
    const days = [
      day(100, answers([100, 600], [400, 400])),
      day(101, answers([100, 600], [1600, 400])),
      day(100, answers([100, 600]), 'large'),
      day(101, answers([100, 600]), 'large'),
      day(100, answers([400, 400]), 'small'),
      day(101, answers([1600, 400]), 'small'),
    ];
    expect(primaryDrift(days, known)).toMatchObject({ feature: 'length' });
  });
});
