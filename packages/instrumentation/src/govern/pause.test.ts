import { expect, it } from 'vitest';
import { LONGEST_PAUSE_MS, Pause } from './pause.js';

const harm = { ms: 60_000, harm: true };

it('lets everything pass until something goes wrong', () => {
  expect(new Pause(10).share(0)).toBe(1);
  expect(new Pause(10).isOver(0)).toBe(true);
});

it('pauses, and resumes by halves', () => {
  const pause = new Pause(10_000);
  pause.trip(0, harm);
  const shares = [0, 59_999, 60_000, 69_999, 70_000, 80_000, 89_999, 90_000].map((now) => pause.share(now));
  expect(shares).toEqual([0, 0, 1 / 8, 1 / 8, 1 / 4, 1 / 2, 1 / 2, 1]);
});

it('is not begun again while it holds, but may be for longer, never for shorter', () => {
  const pause = new Pause(10_000);
  pause.trip(0, harm);
  pause.trip(1000, { ms: 5000, harm: true });
  expect(pause.until).toBe(60_000);
  pause.trip(30_000, harm);
  expect(pause.until).toBe(90_000);
});

it('is twice as long after each relapse, up to a limit, and as at first when it has been over for long enough', () => {
  const pause = new Pause(10_000);
  pause.trip(0, harm);
  pause.trip(65_000, harm);
  expect(pause.until).toBe(65_000 + 120_000);
  pause.trip(185_000, { ...harm, mostMs: 150_000 });
  expect(pause.until).toBe(185_000 + 150_000);
  for (let times = 0; times < 20; times += 1) pause.trip(pause.until + 59_999, harm);
  const { until } = pause;
  pause.trip(until, harm);
  expect(pause.until).toBe(until + LONGEST_PAUSE_MS);
  const later = pause.until + 60_000;
  expect(pause.isOver(later)).toBe(true);
  pause.trip(later, harm);
  expect(pause.until).toBe(later + 60_000);
});

it('is not doubled for what has hurt nobody', () => {
  const pause = new Pause(10_000);
  pause.trip(0, { ms: 1000, harm: false });
  pause.trip(1500, { ms: 1000, harm: false });
  expect(pause.until).toBe(2500);
});

it('ends early when its reason has gone', () => {
  const pause = new Pause(10_000);
  pause.trip(0, harm);
  pause.cut(2000);
  expect([pause.share(2000), pause.share(12_000)]).toEqual([1 / 8, 1 / 4]);
  pause.cut(20_000);
  expect(pause.until).toBe(2000);
});
