import { describe, expect, it } from 'vitest';
import { closeSlice } from '../../packages/evaluator/src/tally/close-slice.js';
import { type Gate, gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { createRepeats } from '../../packages/instrumentation/src/sample/repeats.js';
import type { ClusterKey } from '../../packages/instrumentation/src/trial/trial.js';
import { seeded } from '../simulation/random.js';
import { countsOf, errorFacts, pair } from '../simulation/world.js';
import { aCall, instance } from './deciding.js';

const key = (name: number | string): ClusterKey => String(name).padStart(16, '0') as ClusterKey;

describe('createRepeats', () => {
  it('tells the candidates that had a call of the key, and drops the A/A leg with the last of the others', () => {
    const repeats = createRepeats();
    const arms = ['a', 'b', 'aa'];
    expect(repeats.freshOf(key(1), arms)).toEqual(arms);
    repeats.admitted(key(1), 'a');
    repeats.admitted(key(1), 'aa');
    expect(repeats.freshOf(key(1), arms)).toEqual(['b', 'aa']);
    expect(repeats.freshOf(key(2), arms)).toEqual(arms);
    repeats.admitted(key(1), 'b');
    expect(repeats.freshOf(key(1), arms)).toEqual([]);
  });

  it('knows at least so many of the last keys and at most twice as many', () => {
    const repeats = createRepeats(100);
    for (let name = 0; name < 10_000; name += 1) repeats.admitted(key(name), 'a');
    const known = Array.from({ length: 10_000 }, (_, name) => name).filter((name) => {
      // Asked of the youngest first, so that asking forgets none that is asked later.
      return repeats.freshOf(key(9999 - name), ['a']).length === 0;
    });
    expect(known.length).toBeGreaterThanOrEqual(100);
    expect(known.length).toBeLessThanOrEqual(200);
    expect(known).toEqual(known.map((_, index) => index));
  });

  it('keeps a key that comes again and again', () => {
    const repeats = createRepeats(100);
    repeats.admitted(key('busy'), 'a');
    const forgotten = Array.from({ length: 5000 }, (_, name) => {
      repeats.admitted(key(name), 'a');
      return name % 50 === 0 && repeats.freshOf(key('busy'), ['a']).length > 0;
    });
    expect(forgotten).not.toContain(true);
  });
});

describe('without the repeats', () => {
  it('the evidence is the same pairs, in whatever order conversations come and whoever is refused', () => {
    const gates = gatesOf({ errors: { margin: 0.1 } });
    const random = seeded(151);
    const { decide } = instance({ sample: { rate: 0.4 } });
    const repeats = createRepeats();
    const [every, once]: [StoredPair[], StoredPair[]] = [[], []];
    for (let call = 0; call < 3000; call += 1) {
      const cluster = key(Math.floor(random.next() * 600));
      if (decide(aCall(random), `${call}`).status !== 'sampled') continue;
      // Refused for want of room: with the option as without.
      if (random.chance(0.2)) continue;
      const one = pair(errorFacts(random.chance(0.5) ? 1 : 0), { cluster });
      every.push(one);
      if (repeats.freshOf(cluster, ['candidate']).length === 0) continue;
      repeats.admitted(cluster, 'candidate');
      once.push(one);
    }
    const [all, first] = [every, once].map((pairs) => closed(pairs, gates));
    expect(once.length).toBeLessThan(0.7 * every.length);
    expect(first?.clusters).toHaveLength(once.length);
    expect(new Set(first?.clusters)).toEqual(new Set(all?.clusters));
    expect(first?.tallies).toEqual(all?.tallies);
  });
});

function closed(pairs: readonly StoredPair[], gates: readonly Gate[]): ReturnType<typeof closeSlice> {
  const none = { seen: new Map(), thresholds: [], latencies: [] };
  return closeSlice({ slice: 0, gates, piMin: 1, pairs, admitted: countsOf(pairs), ...none });
}
