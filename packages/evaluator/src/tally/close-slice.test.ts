import { describe, expect, it } from 'vitest';
import { closeSlice, type SliceInput } from './close-slice.js';
import type { Outcome, PairFacts } from './facts.js';
import { gatesOf } from './gates.js';
import type { AdmittedCount } from './missing.js';
import type { StoredPair } from './stored-pair.js';
import { snapshot } from './tally.js';

const OK: Outcome = { status: 'ok', durationMs: 100 };
const FAILED: Outcome = { status: 'error', type: '500', durationMs: 100 };
const GATES = gatesOf({
  errors: { margin: 0.01 },
  agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 },
});

function facts(some: Partial<PairFacts> = {}): PairFacts {
  return { v: 1, pi: 1, primary: OK, shadow: OK, aa: null, scores: { ab: { exact: 1 }, aa: { exact: 1 } }, ...some };
}

function pair(call: string, some: Partial<StoredPair> = {}, numbers: Partial<PairFacts> = {}): StoredPair {
  return { call, arm: 'mini', producer: 'p', segment: 'chat', cluster: call, facts: facts(numbers), ...some };
}

function admitted(count: number, some: Partial<AdmittedCount> = {}): AdmittedCount {
  return { producer: 'p', segment: 'chat', arm: 'mini', pi: 1, admitted: count, ...some };
}

function close(some: Partial<SliceInput>): ReturnType<typeof closeSlice> {
  return closeSlice({
    slice: 7,
    gates: GATES,
    piMin: 1,
    pairs: [],
    admitted: [],
    seen: new Map(),
    thresholds: [],
    latencies: [],
    ...some,
  });
}

/** [pairs, missing] of a stream and gate; null where it has no tally. */
function counts(closed: ReturnType<typeof closeSlice>, stream: string, metric: string, arm = 'mini'): unknown {
  const found = closed.tallies.filter((one) => one.stream === stream && one.metric === metric && one.arm === arm);
  expect(found.length).toBeLessThanOrEqual(1);
  if (found[0] === undefined) return null;
  const { pairs, missing } = snapshot(found[0].tally);
  return [pairs, missing];
}

describe('the evidence of a slice', () => {
  it('goes to the overall stream and to the segment of the pair, and to no other', () => {
    const closed = close({ pairs: [pair('1'), pair('2', { segment: 'refunds' })] });
    expect(counts(closed, '_all', 'errors')).toEqual([2, 0]);
    expect(counts(closed, 'chat', 'errors')).toEqual([1, 0]);
    expect(counts(closed, 'refunds', 'errors')).toEqual([1, 0]);
  });

  it('counts a pair once where its segment is called like the overall stream', () => {
    expect(counts(close({ pairs: [pair('1', { segment: '_all' })] }), '_all', 'errors')).toEqual([1, 0]);
  });

  it('is the smallest call of a cluster, in any order of the rows', () => {
    const pairs = [pair('3', { cluster: 'a' }), pair('2', { cluster: 'a' }), pair('1', { cluster: 'b' })];
    for (const rows of [pairs, pairs.toReversed()]) {
      const closed = close({ pairs: rows });
      expect(closed.clusters.map((one) => `${one.arm} ${one.key} ${one.call}`).sort()).toEqual([
        'mini a 2',
        'mini b 1',
      ]);
      expect(counts(closed, '_all', 'errors')).toEqual([2, 0]);
    }
  });

  it('leaves out clusters an earlier slice had, each arm for itself', () => {
    const pairs = [pair('1', { cluster: 'a' }), pair('1', { cluster: 'a', arm: 'large' })];
    const closed = close({ pairs, seen: new Map([['mini', new Set(['a'])]]) });
    expect(counts(closed, '_all', 'errors')).toBeNull();
    expect(counts(closed, '_all', 'errors', 'large')).toEqual([1, 0]);
  });

  it('counts a leg once that was handed over twice, and still sees what is missing', () => {
    const closed = close({ pairs: [pair('1'), pair('1')], admitted: [admitted(2)] });
    expect(counts(closed, '_all', 'errors')).toEqual([2, 1]);
  });
});

describe('what is missing from a slice', () => {
  it('is what was admitted and is not stored', () => {
    const closed = close({ pairs: [pair('1')], admitted: [admitted(4), admitted(2, { segment: 'refunds' })] });
    expect(counts(closed, '_all', 'errors')).toEqual([6, 5]);
    expect(counts(closed, 'chat', 'errors')).toEqual([4, 3]);
    expect(counts(closed, 'refunds', 'errors')).toEqual([2, 2]);
    expect(closed.missing).toBe(5);
  });

  it('is not hidden by rows of another producer, segment or probability that have no count', () => {
    const surplus = [
      pair('1', { producer: 'q' }),
      pair('2', { segment: 'refunds' }),
      pair('3', {}, { pi: 0.5 }),
      pair('4', { arm: 'large' }),
    ];
    expect(counts(close({ pairs: surplus, admitted: [admitted(1)], piMin: 0.5 }), '_all', 'errors')).toEqual([4, 1]);
  });

  it('is never less than nothing', () => {
    expect(close({ pairs: [pair('1'), pair('2')], admitted: [admitted(1)] }).missing).toBe(0);
    expect(close({ admitted: [admitted(Number.NaN), admitted(-3)] }).missing).toBe(0);
  });

  it('is missing from agreement only as far as the calls had an A/A leg', () => {
    const noise = (count: number): AdmittedCount => admitted(count, { arm: 'aa' });
    const stored = [pair('1', {}, { aa: OK }), pair('2')];
    const agreement = (counted: readonly AdmittedCount[]): unknown =>
      counts(close({ pairs: stored, admitted: counted }), '_all', 'agreement');
    expect(agreement([admitted(10), noise(1)])).toEqual([1, 0]);
    expect(agreement([admitted(10), noise(4)])).toEqual([4, 3]);
    expect(agreement([admitted(3), noise(9)])).toEqual([2, 1]);
    expect(agreement([admitted(10)])).toEqual([1, 0]);
  });

  it('is missing from the arm `aa`, whose pairs have no noise floor of their own', () => {
    const closed = close({ admitted: [admitted(3, { arm: 'aa' })] });
    expect(counts(closed, '_all', 'errors', 'aa')).toEqual([3, 3]);
    expect(counts(closed, '_all', 'agreement', 'aa')).toBeNull();
  });

  it('holds pairs with an impossible probability of inclusion', () => {
    const pairs = [0, -1, 2, Number.NaN, 0.01].map((pi, at) => pair(String(at), {}, { pi }));
    const closed = close({ pairs, piMin: 0.04 });
    expect(closed.refused).toBe(5);
    expect(counts(closed, '_all', 'errors')).toEqual([5, 5]);
    for (const piMin of [0, -1, 2, Number.NaN]) {
      expect(counts(close({ pairs: [pair('1')], admitted: [admitted(2)], piMin }), '_all', 'errors')).toEqual([2, 2]);
    }
  });
});

describe('thresholds of latency', () => {
  const gates = gatesOf({ latency_p95: { ratio: 1.2 }, latency_p50: { ratio: 1.2 } });
  const many = (count: number, some: Partial<StoredPair> = {}): StoredPair[] =>
    Array.from({ length: count }, (_, at) =>
      pair(`${some.segment ?? 'chat'}${at}`, some, { primary: { status: 'ok', durationMs: at + 1 } }),
    );

  it('are frozen by the slice that brings enough evidence, and apply from the next one on', () => {
    const first = close({ gates, pairs: many(300) });
    expect(first).toMatchObject({ thresholds: [], tallies: [] });
    const second = close({
      gates,
      slice: 8,
      latencies: first.latencies,
      pairs: many(200).map((one) => ({ ...one, segment: 'refunds', call: `r${one.call}`, cluster: `r${one.call}` })),
    });
    expect(second.tallies).toEqual([]);
    // 1..300 and 1..200: the 475th of 500 is 275. Neither segment has enough of its own.
    expect(second.thresholds).toEqual([
      { stream: '_all', metric: 'latency_p50', value: 125, fromSlice: 9 },
      { stream: '_all', metric: 'latency_p95', value: 275, fromSlice: 9 },
    ]);
    expect(second.latencies.map((one) => one.stream)).toEqual(['refunds']);
    const third = close({ gates, slice: 9, thresholds: second.thresholds, pairs: many(10) });
    expect(counts(third, '_all', 'latency_p95')).toEqual([10, 0]);
    expect(counts(third, 'chat', 'latency_p95')).toBeNull();
  });

  it('apply to no earlier slice, and missing legs do not count before them either', () => {
    const thresholds = [{ stream: '_all', metric: 'latency_p95', value: 10, fromSlice: 8 }] as const;
    const some = { gates, thresholds, pairs: many(5), admitted: [admitted(9)] };
    expect(counts(close({ ...some, slice: 7 }), '_all', 'latency_p95')).toBeNull();
    expect(counts(close({ ...some, slice: 8 }), '_all', 'latency_p95')).toEqual([9, 4]);
  });

  it('come from calls that answered: an incumbent that always fails freezes nothing', () => {
    const pairs = many(600).map((one) => ({ ...one, facts: { ...one.facts, primary: FAILED } }));
    expect(close({ gates, pairs })).toMatchObject({ thresholds: [], latencies: [] });
  });

  it('count each call once, however many arms it has', () => {
    const pairs = many(300).flatMap((one) => [one, { ...one, arm: 'large' }]);
    const { thresholds, latencies } = close({ gates, pairs });
    expect(thresholds).toEqual([]);
    expect(latencies.find((one) => one.stream === '_all')?.values.length).toBe(300);
  });

  it('are those of the policy where it gives them', () => {
    const given = gatesOf({ latency_p95: { ratio: 1.2, thresholdMs: 50 } });
    const closed = close({ gates: given, pairs: many(5) });
    expect(counts(closed, 'chat', 'latency_p95')).toEqual([5, 0]);
    expect(closed.latencies).toEqual([]);
  });
});
