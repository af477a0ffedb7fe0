import { expect, it } from 'vitest';
import { keepLooking, look, type Looking } from '../../packages/evaluator/src/evaluator/look.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { arm, errorsTally, report, runState } from './report.js';

const QUEUE = { connectedSince: 0, handledThrough: 0 };

function looking(ledger: Partial<Ledger>, change: Partial<Looking> = {}): Looking {
  return {
    ledger: { noteQueue: async () => undefined, compact: async () => 0, expire: async () => 0, ...ledger } as Ledger,
    holder: 'me',
    queue: () => QUEUE,
    now: () => 1,
    retentionMs: null,
    onReport: () => undefined,
    onClosed: () => undefined,
    onTransition: () => undefined,
    onError: () => undefined,
    ...change,
  };
}

it('looks at nothing where another replica holds the lease', async () => {
  expect(await look(looking({ tryLease: async () => false }))).toBeNull();
});

it('closes, decides, and stores a rejection once', async () => {
  const bad = report([runState({ arms: { small: arm({ streams: { _all: { errors: errorsTally(0, 200, 200) } } }) } })]);
  const stored: unknown[] = [];
  const told: string[] = [];
  const closes: unknown[] = [];
  const ledger: Partial<Ledger> = {
    tryLease: async () => true,
    closeSlices: async (options) => {
      closes.push(options);
      return [];
    },
    snapshot: async () => bad.snapshot,
    recordTransition: async (transition) => stored.push(transition) === 1,
  };
  const all = looking(ledger, { onTransition: ({ arm: name }) => told.push(name) });
  await look(all);
  expect((await look(all))?.standings[0]?.verdict.state).toBe('no_go');
  expect(closes[0]).toEqual({ holder: 'me', now: 1, queue: QUEUE });
  expect(stored[0]).toMatchObject({ arm: 'small', state: 'no_go', stream: '_all', at: 1 });
  expect(told).toEqual(['small']);
});

it('decides of every run, and says so, where the slices of one cannot be closed', async () => {
  const errors: unknown[] = [];
  const broken = new Error('slice 7');
  const ledger: Partial<Ledger> = {
    tryLease: async () => true,
    closeSlices: async () => Promise.reject(broken),
    snapshot: async () => report([runState()]).snapshot,
  };
  const seen = await look(looking(ledger, { onError: (error) => errors.push(error) }));
  expect(seen?.standings[0]?.verdict.state).toBe('go');
  expect(errors).toEqual([broken]);
});

it('removes content that has grown old, where it does not stay for ever', async () => {
  const asked: unknown[] = [];
  const ledger: Partial<Ledger> = {
    tryLease: async () => true,
    closeSlices: async () => [],
    snapshot: async () => report([]).snapshot,
    expire: async (options) => asked.push(options),
  };
  await look(looking(ledger, { now: () => 1000 }));
  expect(asked).toEqual([]);
  await look(looking(ledger, { now: () => 1000, retentionMs: 300 }));
  expect(asked).toEqual([{ holder: 'me', now: 1000, before: 700 }]);
});

it('keeps the last report while a look fails, and drops it when the lease has run out', async () => {
  const stop = new AbortController();
  const seen = report([]);
  const reports: boolean[] = [];
  const errors: unknown[] = [];
  let [now, turn] = [1_000, 0];
  const again = async () => {
    turn += 1;
    if (turn === 1) return seen;
    now += 10_000;
    if (turn === 3) stop.abort();
    throw new Error('away');
  };
  await keepLooking(
    again,
    { now: () => now, onReport: (one) => reports.push(one !== null), onError: (error) => errors.push(error) },
    stop.signal,
  );
  expect(reports).toEqual([true, true, false]);
  expect(errors).toHaveLength(2);
});
