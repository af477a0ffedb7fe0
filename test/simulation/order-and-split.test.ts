import { expect, it } from 'vitest';
import { closeSlice, type SliceEvidence } from '../../packages/evaluator/src/tally/close-slice.js';
import { decodeTally, encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import type { Tokens } from '../../packages/evaluator/src/tally/facts.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import { mergeTallies } from '../../packages/evaluator/src/tally/tally.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { countsOf, facts, ok, pair } from './world.js';

const GATES = gatesOf({
  errors: { margin: 0.01 },
  similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
  latency_p95: { ratio: 1.2, thresholdMs: 900 },
  cost: { ratio: 1.2, mostPerCall: 0.01 },
  tokens: { ratio: 1.2, mostPerCall: 5000 },
});

const counted = (random: Random): { readonly tokens: Tokens } => ({
  tokens: { input: Math.floor(4000 * random.next()), output: Math.floor(1200 * random.next()) },
});

/** Some without a price, some dearer than one may be. */
const sides = (random: Random): readonly [number | null, number | null] => {
  const cost = (): number | null => (random.chance(0.02) ? null : Math.floor(1.02e7 * random.next()));
  return [cost(), cost()];
};

/** Everything at once: repeats, weights, failures, similarities and costs with many digits, missing legs and prices, segments, producers. */
function traffic(random: Random, calls: number): ReturnType<typeof pair>[] {
  return Array.from({ length: calls }, (_, at) => {
    const numbers = facts({
      pi: random.chance(0.5) ? 1 : 0.04,
      primary: random.chance(0.02)
        ? { status: 'error', type: '500', durationMs: 9 }
        : { ...ok(1000 * random.next()), ...counted(random) },
      shadow: random.chance(0.02)
        ? { status: 'missing', reason: 'leg_broken' }
        : { ...ok(1100 * random.next()), ...counted(random) },
      aa: random.chance(0.5) ? ok(1000 * random.next()) : null,
      scores: { ab: { lexical: random.next() }, aa: { lexical: random.next() } },
      notes: {
        primary: null,
        shadow: null,
        tools: null,
        classes: ['ok', 'ok'],
        amounts: { paid_cost: sides(random), list_cost: sides(random) },
      },
    });
    return pair(numbers, {
      cluster: `conversation ${Math.floor(random.next() * calls * 0.7)}`,
      segment: random.chance(0.3) ? 'refunds' : 'chat',
      producer: `p${at % 3}`,
    });
  });
}

/** The evidence of closed slices, merged in the given order, as text. */
function bytesOf(closed: readonly SliceEvidence[]): string {
  const merged = new Map<string, Uint8Array>();
  for (const { arm, stream, metric, tally } of closed.flatMap((one) => one.tallies)) {
    const key = `${arm} ${stream} ${metric}`;
    const known = merged.get(key);
    merged.set(key, encodeTally(known ? mergeTallies(decodeTally(known), tally) : tally));
  }
  return JSON.stringify([...merged].sort().map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]));
}

it('gives the same bytes for any order of arrival, of the counts, and of merging', () => {
  const random = seeded(91);
  const slices = Array.from({ length: 5 }, () => traffic(random, 120));
  const seen = new Set<string>();
  const inputs = slices.map((pairs) => {
    const before = new Set(seen);
    for (const { cluster } of pairs) seen.add(cluster);
    const lost = pairs.filter(() => random.chance(0.02));
    return { pairs: pairs.filter((one) => !lost.includes(one)), admitted: countsOf(pairs), before };
  });
  const close = (shuffle: Random['shuffle']): SliceEvidence[] =>
    inputs.map(({ pairs, admitted, before }, slice) =>
      closeSlice({
        slice,
        gates: GATES,
        piMin: 0.04,
        pairs: shuffle(pairs),
        admitted: shuffle(admitted),
        seen: new Map([['candidate', before]]),
        thresholds: [],
        latencies: [],
      }),
    );
  const expected = bytesOf(close((items) => [...items]));
  expect(JSON.parse(expected)).toHaveLength(3 * GATES.length);
  const results = new Set([expected]);
  for (let order = 0; order < 200; order += 1) results.add(bytesOf(random.shuffle(close(random.shuffle))));
  foundOf('order', { with: results.size, atMost: 1 });
  expect(results.size).toBe(1);
});

it('would not, if it summed logarithms as floating-point numbers', () => {
  const random = seeded(92);
  const terms = Array.from({ length: 1500 }, () => Math.log1p(0.5 * (random.next() - 0.475)));
  const sums = new Set(Array.from({ length: 200 }, () => random.shuffle(terms).reduce((a, b) => a + b, 0)));
  foundOf('order', { without: sums.size });
  expect(sums.size).toBeGreaterThan(10);
});
