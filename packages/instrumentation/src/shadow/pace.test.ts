import { expect, test } from 'vitest';
import { Pace } from './pace.js';

const never = new AbortController().signal;

/** A pace over a clock that is moved by the work done and by what is waited for. */
function paced(share: number): { pace: Pace; work: (ms: number) => void; until: (ms: number) => Promise<void> } {
  let now = 0;
  let due: { readonly run: () => void; readonly at: number }[] = [];
  const later = (run: () => void, afterMs: number): void => void due.push({ run, at: now + afterMs });
  const pace = new Pace({ share, burstMs: 4, now: () => now, later });
  const work = (ms: number): void => pace.run(() => void (now += ms));
  const until = async (ms: number): Promise<void> => {
    for (; now < ms; now += 1) {
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { run } of ready) run();
      for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
    }
  };
  return { pace, work, until };
}

async function isDone(promise: Promise<void>): Promise<boolean> {
  const open = Promise.resolve().then(() => Promise.resolve());
  return await Promise.race([promise.then(() => true), open.then(() => false)]);
}

test('a turn is had at once up to the burst, and then when the share allows', async () => {
  const { pace, work, until } = paced(0.25);
  for (let piece = 0; piece < 4; piece += 1) {
    expect(await isDone(pace.turn(never))).toBe(true);
    work(1.5);
  }
  const turn = pace.turn(never);
  expect(await isDone(turn)).toBe(false);
  await until(30);
  expect(await isDone(turn)).toBe(true);
});

test('work that is always waited for takes its share of the time', async () => {
  const { pace, work, until } = paced(0.25);
  let worked = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      await pace.turn(never);
      work(2);
      worked += 2;
    }
  };
  void worker();
  void worker();
  await until(10_000);
  expect(worked).toBeGreaterThan(1500);
  expect(worked).toBeLessThan(2600);
});

test('the longest waiting goes on first, one at a time', async () => {
  const { pace, work, until } = paced(0.5);
  work(10);
  const order: number[] = [];
  for (const each of [1, 2, 3]) {
    void pace.turn(never).then(() => {
      order.push(each);
      work(5);
    });
  }
  await until(100);
  expect(order).toEqual([1, 2, 3]);
});

test('who is given up waits no longer', async () => {
  const { pace, work } = paced(0.01);
  work(100);
  const leaving = new AbortController();
  const turn = pace.turn(leaving.signal);
  expect(await isDone(turn)).toBe(false);
  leaving.abort();
  expect(await isDone(turn)).toBe(true);
});
