import { expect, test } from 'vitest';
import { Turns } from './turns.js';

const never = new AbortController().signal;

/** A loop whose turns are taken by hand, and whose clock is moved by the work alone. */
function looped(): { turns: Turns; work: (ms: number) => void; loop: () => Promise<void> } {
  let now = 0;
  const due: (() => void)[] = [];
  const turns = new Turns({ sliceMs: 4, now: () => now, next: (run) => void due.push(run) });
  const work = (ms: number): void => turns.run(() => void (now += ms));
  const loop = async (): Promise<void> => {
    for (const run of due.splice(0)) run();
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return { turns, work, loop };
}

test('what came at once is spread over turns, in its order', async () => {
  const { turns, work, loop } = looped();
  const done: number[] = [];
  for (let piece = 0; piece < 7; piece += 1) {
    void turns.turn(never).then(() => {
      done.push(piece);
      work(2);
    });
  }
  const seen: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await loop();
    seen.push(done.length);
  }
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
  // All asked before any had worked; each later one waits for its turn.
  expect(seen.at(-1)).toBe(7);
});

test('beyond its slice of a turn work waits for the next', async () => {
  const { turns, work, loop } = looped();
  await turns.turn(never);
  work(5);
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    void turns.turn(never).then(() => {
      order.push(name);
      work(3);
    });
  }
  await Promise.resolve();
  expect(order).toEqual([]);
  await loop();
  expect(order).toEqual(['a', 'b']);
  await loop();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('who is given up waits no longer', async () => {
  const { turns, work } = looped();
  work(10);
  const leaving = new AbortController();
  const turn = turns.turn(leaving.signal);
  leaving.abort();
  expect(await turn).toBeUndefined();
});
