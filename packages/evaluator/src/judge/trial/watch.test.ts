import { describe, expect, it } from 'vitest';
import { HEALTH_LIMITS } from './fitness.js';
import { EMPTY_HEALTH, type JudgeHealth } from './judge-health.js';
import { foundBy, keptVigil, LEAST_BESIDE, NEW_VIGIL, type Vigil } from './vigil.js';
import { logAlarm, NEW_WATCH, type Watch, watched } from './watch.js';

const BAR = Math.log(1 / HEALTH_LIMITS.alpha);

/** Mulberry's generator: the same seed, the same lots. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a watch', () => {
  it('starts with a capital of one, and says nothing', () => {
    expect(logAlarm(NEW_WATCH)).toBe(0);
  });

  it('is the sum of the tests begun at each observation, by hand', () => {
    // m = .5, x = 1 twice: bet g grows by 1 + g/64 each time.
    const twice = watched(watched(NEW_WATCH, 1, 0.5), 1, 0.5);
    const growth = Array.from({ length: 32 }, (_, g) => 1 + (g + 1) / 64);
    const left = [1, 1 / (1 + Math.log(2)), 1 / (1 + Math.log(3))] as const;
    const byHand = growth
      .map((by) => (left[0] - left[1]) * by * by + (left[1] - left[2]) * by + left[2])
      .reduce((sum, one) => sum + one / 32, 0);
    expect(logAlarm(twice)).toBeCloseTo(Math.log(byHand), 9);
  });

  it('gives alarm once in twenty at most, at any of 600 looks, where the mean is what it may be', () => {
    const random = seeded(5);
    const alarms = Array.from({ length: 150 }, () => {
      let watch: Watch = NEW_WATCH;
      for (let at = 0; at < 600; at += 1) {
        watch = watched(watch, random() < 0.1 ? (random() < 0.5 ? 1 : 0.5) : 0, 0.075);
        if (logAlarm(watch) >= BAR) return 1;
      }
      return 0;
    }).reduce<number>((sum, one) => sum + one, 0);
    expect(alarms / 150).toBeLessThan(HEALTH_LIMITS.alpha);
  });

  it('finds a rise after any number of good observations', () => {
    for (const good of [0, 50, 500, 2000]) {
      let watch: Watch = NEW_WATCH;
      for (let at = 0; at < good; at += 1) watch = watched(watch, 0, 0.04);
      expect(logAlarm(watch)).toBeLessThan(1);
      let late = 0;
      while (logAlarm(watch) < BAR) [watch, late] = [watched(watch, 0.5, 0.04), late + 1];
      expect(late).toBeLessThanOrEqual(10);
    }
  });

  it('stays a number, whatever comes', () => {
    let watch: Watch = NEW_WATCH;
    for (let at = 0; at < 2000; at += 1) watch = watched(watch, 1, 0.001);
    expect(Number.isFinite(logAlarm(watch))).toBe(true);
    expect(JSON.parse(JSON.stringify(watch))).toEqual(watch);
  });
});

describe('the vigil over a judge', () => {
  const beside = (
    result: 'detected' | 'tied' | 'falseWins',
    kind: 'shuffled' | 'other_answer' | 'identical' = 'shuffled',
  ): JudgeHealth => ({
    ...EMPTY_HEALTH,
    beside: {
      ...EMPTY_HEALTH.beside,
      [kind]: { given: 1, detected: 0, falseWins: 0, tied: 0, abstained: 0, [result]: 1 },
    },
  });
  const after = (parts: readonly JudgeHealth[], sensitivity: number | null = 0.9): Vigil =>
    parts.reduce((vigil, part) => keptVigil(vigil, part, sensitivity, HEALTH_LIMITS), NEW_VIGIL);
  const times = (count: number, part: JudgeHealth): readonly JudgeHealth[] => Array.from({ length: count }, () => part);
  const found = (parts: readonly JudgeHealth[], sensitivity: number | null = 0.9): readonly string[] =>
    foundBy(after(parts, sensitivity), HEALTH_LIMITS);

  it('finds one that has gone blind, however long it was good', () => {
    const good = times(400, beside('detected'));
    expect(found(good)).toEqual([]);
    expect(found([...good, ...times(2, beside('tied'))])).toEqual([]);
    expect(found([...good, ...times(10, beside('tied'))])).toEqual(['blind']);
  });

  it('finds one that calls everything a tie before its word is provisional, at any J that may decide', () => {
    for (const sensitivity of [0.5, 0.6, 0.8, 0.96])
      expect(found(times(LEAST_BESIDE, beside('tied')), sensitivity)).toEqual(['blind']);
  });

  it('finds one that begins to prefer what is broken', () => {
    const good = times(400, beside('detected', 'identical'));
    expect(found([...good, ...times(4, beside('falseWins', 'identical'))])).toEqual(['false_wins']);
    // The answer to another request may be the better one: that lowers what is seen, and is no fault by itself.
    expect(after(times(5, beside('falseWins', 'other_answer'))).falseWins).toEqual(NEW_VIGIL.falseWins);
  });

  it('promises nothing of a judge that was never tried', () => {
    expect(after(times(50, beside('tied')), null).sight).toEqual(NEW_VIGIL.sight);
  });

  it('leaves a judge be that sees no less than J, in nineteen of twenty runs', () => {
    const random = seeded(8);
    const runs = Array.from({ length: 120 }, () => {
      let vigil = NEW_VIGIL;
      // Detection .95, false wins 0: J = .9 was shown of it.
      for (let at = 0; at < 300; at += 1)
        vigil = keptVigil(vigil, beside(random() < 0.95 ? 'detected' : 'tied'), 0.9, HEALTH_LIMITS);
      return foundBy(vigil, HEALTH_LIMITS).length;
    });
    expect(runs.reduce((sum, one) => sum + one, 0) / 120).toBeLessThan(0.05);
  });
});
