import { describe, expect, it } from 'vitest';
import type { LedgerSnapshot, MisconfiguredState } from '../ledger/snapshot.js';
import { keepCheckingSetup, reported, skewed } from './check-setup.js';

const T = Date.UTC(2026, 10, 22);
const seen = (behindMs: number, lastSeq: number): Parameters<typeof skewed>[0] => [
  { id: 'p1', lastSeen: T, lastSentAt: T - behindMs, lastSeq },
];

it.each([0, 300, -1900, 14_000])(
  'takes clocks for the same where a batch comes %d ms after it was sent',
  (behindMs) => {
    const late = new Map<string, number>();
    for (const seq of [1, 2, 3]) expect(skewed(seen(behindMs, seq), { drained: true }, late)).toEqual([]);
  },
);

it('is told of a clock that is ahead by the first batch, once for each', () => {
  const late = new Map<string, number>();
  expect(skewed(seen(-300_000, 1), { drained: false }, late)).toMatchObject([
    { cause: 'clock_skew', count: 1, found: expect.stringContaining('300 s ahead of') as string },
  ]);
  expect(skewed(seen(-300_000, 1), { drained: false }, late)).toEqual([]);
  expect(skewed(seen(-300_000, 2), { drained: false }, late)).toHaveLength(1);
});

it('is told of a clock that is behind by the second batch that comes late though nothing waits', () => {
  const late = new Map<string, number>();
  expect(skewed(seen(300_000, 1), { drained: true }, late)).toEqual([]);
  expect(skewed(seen(300_000, 2), { drained: true }, late)).toMatchObject([
    { found: expect.stringContaining('300 s behind') as string },
  ]);
});

it('does not take a backlog, nor one batch that was held up, for a clock', () => {
  const late = new Map<string, number>();
  for (const seq of [1, 2, 3]) expect(skewed(seen(300_000, seq), { drained: false }, late)).toEqual([]);
  expect(skewed(seen(300_000, 4), { drained: true }, late)).toEqual([]);
  expect(skewed(seen(10, 5), { drained: true }, late)).toEqual([]);
  expect(skewed(seen(300_000, 6), { drained: true }, late)).toEqual([]);
});

it('says so once where many services are off, and counts them', () => {
  const many = [1, 2, 3].map((index) => ({ id: `p${index}`, lastSeen: T, lastSentAt: T + 60_000, lastSeq: 1 }));
  expect(skewed(many, { drained: true }, new Map())).toMatchObject([{ count: 3 }]);
});

const KEY: MisconfiguredState = {
  cause: 'candidate_key',
  experiment: 'chat',
  count: 3,
  found: 'candidate small of chat: HTTP 401',
  firstAt: T - 60_000,
  lastAt: T - 5_000,
  by: [],
};
const producer = (startedAt: number, state = 'alive') => ({
  id: 'p1',
  state,
  startedAt,
  lastSeen: T,
  lastSentAt: T,
  lastSeq: 1,
});
const snapshotOf = (misconfigured: readonly MisconfiguredState[], producers: readonly object[]): LedgerSnapshot =>
  ({
    at: T,
    misconfigured,
    producers,
    runs: [{ run: { experiment: 'chat' }, producers: ['p1'] }],
  }) as unknown as LedgerSnapshot;

describe('reported', () => {
  const running = [producer(T - 3_600_000)];

  it('is what services tell now, or told before where they still run', () => {
    expect(reported(snapshotOf([KEY], running), T - 1000)).toMatchObject([
      { cause: 'candidate_key', lastAt: KEY.lastAt },
    ]);
    expect(reported(snapshotOf([KEY], [producer(T - 9000, 'final')]), T - 10_000)).toHaveLength(1);
  });

  it('is nothing of a service that has ended, was started anew, or has not told it for half an hour', () => {
    expect(reported(snapshotOf([KEY], [producer(T - 9000, 'final')]), T - 1000)).toEqual([]);
    expect(reported(snapshotOf([KEY], [producer(T - 2000)]), T - 1000)).toEqual([]);
    expect(reported(snapshotOf([{ ...KEY, lastAt: T - 1_800_001 }], running), T - 3_600_000)).toEqual([]);
  });

  it('has of a process as a whole what it has said itself, and nothing that only an evaluator sees or has ended', () => {
    const by = [{ producer: 'p1', found: 'a client of p1', lastAt: T - 5000 }];
    const untapped: MisconfiguredState = { ...KEY, cause: 'untapped', experiment: null, found: 'of another', by };
    expect(reported(snapshotOf([untapped], running), T - 1000)).toMatchObject([{ found: 'a client of p1' }]);
    const others = (['no_exporter', 'no_evaluator', 'redis_evicts'] as const).map((cause) => ({
      ...untapped,
      cause,
      by: [],
    }));
    expect(reported(snapshotOf(others, running), T - 1000)).toEqual([]);
  });
});

it('says each cause that services report once, with its fix, and leaves the ledger as it is', async () => {
  const stop = new AbortController();
  const said: string[] = [];
  const noted: unknown[] = [];
  let looks = 0;
  const checking = {
    config: { queueUrl: 'embedded:nowhere' },
    exports: true,
    ledger: { noteMisconfigured: async (some: unknown) => void noted.push(some) },
    report: () => {
      looks += 1;
      if (looks === 3) stop.abort();
      return { snapshot: snapshotOf([KEY], [producer(T - 3_600_000)]), standings: [] };
    },
    queue: () => Promise.resolve({ drained: false } as never),
    now: () => T,
    everyMs: 1,
    onFound: (error: Error) => void said.push(error.message),
    onError: (error: unknown) => {
      throw error;
    },
  };
  await keepCheckingSetup(checking, stop.signal);
  expect(looks).toBe(3);
  expect(said).toEqual([
    "candidate small of chat: HTTP 401. Fix: put the right key where `candidate.apiKey` names it, in the service's environment, and see that it may use the model. This is said once",
  ]);
  expect(noted).toEqual([]);
});
