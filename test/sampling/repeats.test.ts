import { describe, expect, it } from 'vitest';
import { createRepeats } from '../../packages/instrumentation/src/sample/repeats.js';
import type { ClusterKey } from '../../packages/instrumentation/src/trial/trial.js';

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
