import { describe, expect, it } from 'vitest';
import { drawAndMark } from './draw.js';
import { createFirstDraws } from './first-draws.js';

const SALT = Buffer.alloc(32, 3);
const markOf = (key: number): number => drawAndMark(`key ${key}`, SALT).mark;

describe('first draws', () => {
  it('count a key once, however often and however late it comes again', () => {
    const first = createFirstDraws(100);
    const counted = new Map<number, number>();
    for (let round = 0; round < 5; round += 1) {
      for (let key = 0; key < 5000; key += 1) {
        if (first.isFirst(markOf(key))) counted.set(key, (counted.get(key) ?? 0) + 1);
      }
    }
    expect(Math.max(...counted.values())).toBe(1);
    // 100, and 50 or so for each time that the keys have doubled since.
    expect(counted.size).toBeGreaterThan(250);
    expect(counted.size).toBeLessThan(600);
  });

  it('go on counting keys that are new', () => {
    const first = createFirstDraws(100);
    for (let key = 0; key < 20_000; key += 1) first.isFirst(markOf(key));
    const late = Array.from({ length: 20_000 }, (_, at) => first.isFirst(markOf(20_000 + at)));
    expect(late.filter(Boolean).length).toBeGreaterThan(20);
  });

  it('do not choose by what was drawn', () => {
    const first = createFirstDraws(1000);
    let counted = 0;
    let drawn = 0;
    for (let key = 0; key < 50_000; key += 1) {
      const { draw, mark } = drawAndMark(`key ${key}`, SALT);
      if (!first.isFirst(mark)) continue;
      counted += 1;
      if (draw >= 0.7) drawn += 1;
    }
    expect(Math.abs(drawn - 0.3 * counted)).toBeLessThan(4 * Math.sqrt(0.21 * counted));
  });
});
