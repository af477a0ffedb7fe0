import { expect, test } from 'vitest';
import { Pace } from './pace.js';
import { USUAL } from './process-share.js';
import { Reading } from './reading.js';

const never = new AbortController().signal;
const MEBIBYTE = 1024 * 1024;

/** Readings over a clock that is moved by hand, and how often a turn of floods was waited for. */
function readings(): { open: () => Reading; move: (ms: number) => void; waited: () => number } {
  let now = 1000;
  let waited = 0;
  const floods = new Pace({ share: 0.25, burstMs: 4, now: () => now, later: () => undefined });
  const shared = {
    turns: { turn: () => Promise.resolve(), run: <Result>(work: () => Result): Result => work() },
    floods: {
      turn: (signal: AbortSignal): Promise<void> => {
        waited += 1;
        return floods.turn(signal);
      },
      run: <Result>(work: () => Result, leastMs?: number): Result => floods.run(work, leastMs),
    },
    floodMs: (bytes: number): number => (bytes / (4 * MEBIBYTE)) * 250,
    usual: USUAL,
    now: () => now,
  };
  return { open: () => new Reading(shared), move: (ms) => void (now += ms), waited: () => waited };
}

test('200 streams a second of 1,000 tokens each never wait for a turn of floods: the same provider is read as fast as it answers', async () => {
  const { open, move, waited } = readings();
  const [tokens, eventBytes, lastsMs, tickMs] = [1000, 290, 1500, 5];
  const streams = new Set<{ readonly reading: Reading; ms: number; sent: number }>();
  let ended = 0;
  for (let ms = 0; ms < 5000; ms += tickMs) {
    move(tickMs);
    streams.add({ reading: open(), ms: 0, sent: 0 });
    for (const stream of streams) {
      stream.ms += tickMs;
      const due = Math.floor((tokens * Math.min(stream.ms, lastsMs)) / lastsMs) - stream.sent;
      stream.sent += due;
      await stream.reading.turn(never);
      stream.reading.run(due * eventBytes, () => undefined);
      expect(stream.reading.heldMs).toBe(0);
      if (stream.sent === tokens) ended += Number(streams.delete(stream));
    }
  }
  expect(ended).toBe(701);
  expect(waited()).toBe(0);
});

test.each([
  ['3,000 tokens a second, 300 bytes each', 0, 900, 4000],
  ['an answer of 800 tokens that a gateway gives at once', 800 * 290, 0, 0],
  ['10,000 tokens that a gateway gives at once when they are there, after 10 s', 0, 10_000 * 290, 0],
])('%s are no flood', async (_, atOnce, bytesPerPiece, pieces) => {
  const { open, move, waited } = readings();
  const reading = open();
  reading.run(atOnce, () => undefined);
  for (let piece = 0; piece < Math.max(1, pieces); piece += 1) {
    move(pieces === 0 ? 10_000 : 1);
    await reading.turn(never);
    reading.run(bytesPerPiece, () => undefined);
  }
  await reading.turn(never);
  expect(waited()).toBe(0);
});

test('what comes faster than any model says it waits for its turn, and for how long is known', async () => {
  const { open, move, waited } = readings();
  const reading = open();
  reading.came(USUAL.bytes);
  await reading.turn(never);
  expect(waited()).toBe(0);
  reading.came(1);
  await reading.turn(never);
  expect(waited()).toBe(1);
  expect(reading.heldMs).toBe(0);
  reading.run(MEBIBYTE, () => undefined);
  const leaving = new AbortController();
  const turn = reading.turn(leaving.signal);
  move(700);
  expect(reading.heldMs).toBe(700);
  leaving.abort();
  await turn;
  move(50);
  expect(reading.heldMs).toBe(700);
});

test('a flood stays one, however slowly it goes on', async () => {
  const { open, move, waited } = readings();
  const reading = open();
  reading.came(MEBIBYTE);
  await reading.turn(never);
  move(60_000);
  await reading.turn(never);
  expect(waited()).toBe(2);
});

test('another flood is not waited for by an answer', async () => {
  const { open, waited } = readings();
  const flood = open();
  flood.run(MEBIBYTE, () => undefined);
  flood.run(MEBIBYTE, () => undefined);
  const answer = open();
  answer.run(10_000, () => undefined);
  await answer.turn(never);
  expect(waited()).toBe(0);
});

test('for how long it was held up is counted once, however many hold it', () => {
  const { open, move } = readings();
  const reading = open();
  const [first, second] = [reading.hold(), reading.hold()];
  move(10);
  first();
  first();
  move(5);
  expect(reading.heldMs).toBe(15);
  second();
  move(100);
  expect(reading.heldMs).toBe(15);
});

test('gives a flood up that was held up for longer than could be evidence, and while it waits', async () => {
  const never = { turn: (signal: AbortSignal) => new Promise<void>((resolve) => (signal.onabort = () => resolve())) };
  const run = <Result>(work: () => Result): Result => work();
  const now = (): number => performance.now();
  const options = {
    turns: { turn: () => Promise.resolve(), run },
    floods: { ...never, run },
    floodMs: () => 0,
    usual: { bytes: 10, bytesPerMs: 0 },
    now,
  };
  const reading = new Reading(options, 20);
  reading.came(11);
  await expect(reading.turn(new AbortController().signal)).rejects.toMatchObject({ reason: 'leg_held_up' });
  const usual = new Reading(options, 20);
  usual.came(10);
  await expect(usual.turn(new AbortController().signal)).resolves.toBeUndefined();
});
