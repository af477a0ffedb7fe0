import { expect, it } from 'vitest';
import { describeWithServers } from '../servers/found.js';
import { controlRun } from './faults-cell.js';
import { startWorld } from './faults-places.js';
import { rotate } from './faults-rotating.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const CALLS = scaled(100_000, 1000);
const DISTINCT = 4000;
const mebibytes = (bytes = 0): number => Math.round(bytes / 1024 / 1024);

describeWithServers('one process, and a fault every few seconds', () => {
  it('never notices, ends by itself, and every leg is accounted for', async () => {
    await using world = await startWorld();
    const { digests: control } = await controlRun(world, { calls: Math.min(CALLS, DISTINCT), distinct: DISTINCT });
    await world.evaluate('redis');
    const startedAt = performance.now();
    const { turns, calls, different, ended, warnings, rss, heap, sum, counts } = await rotate(world, {
      calls: CALLS,
      distinct: Math.min(CALLS, DISTINCT),
      control,
    });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const drops = Object.entries(counts)
      .filter(([name]) => name.startsWith('dropped') && !name.includes('not_sampled'))
      .map(([name, count]) => `${name.replace('dropped ', '')} ${count}`);
    report(
      'Faults in rotation',
      {
        columns: ['fault', 'calls', 'what moved', 'recovered in', 'healthy legs stored after it'],
        rows: turns.map(({ name, calls: made, moved, recoveredMs, healthy }) => [
          name,
          made,
          Object.entries(moved)
            .map(([counter, by]) => `${counter} ${by}`)
            .join(', '),
          `${(recoveredMs / 1000).toFixed(1)} s`,
          `${healthy.stored} of ${healthy.admitted} (${((100 * healthy.stored) / healthy.admitted).toFixed(2)} %)`,
        ]),
      },
      [
        `One process, ${calls} calls in ${seconds} s, 48 at a time; ${sum.admitted} shadows admitted = ${sum.stored} stored + ${sum.dropped} dropped + ${sum.aside} aside + ${sum.lost} lost. Refused or dropped, all told: ${drops.join(', ')}. It ended by itself in ${(ended.tookMs / 1000).toFixed(1)} s with Redis and the candidate stopped. After a collection the heap holds ${mebibytes(heap[0])} MiB after the first fault, at most ${mebibytes(Math.max(...heap))}, ${mebibytes(heap.at(-1))} after the last; the process ${mebibytes(rss[0])}, ${mebibytes(Math.max(...rss))} and ${mebibytes(rss.at(-1))}.`,
        'The queue is Redis; PostgreSQL is the ledger, whose faults the service cannot hear of, nor of its evaluator.',
      ],
    );
    expect({ errors: ended.errors, warnings }).toEqual({ errors: '', warnings: [] });
    expect(different).toEqual([]);
    expect(calls).toBe(CALLS);
    expect({ code: ended.code, signal: ended.signal }).toEqual({ code: 0, signal: null });
    expect(ended.tookMs).toBeLessThan(8_000);
    for (const { name, healthy, moved } of turns) {
      const heard = !/ledger|evaluator/.test(name);
      expect({ name, moved: heard ? Object.keys(moved).length > 0 : true }).toEqual({ name, moved: true });
      expect({ name, whole: healthy.stored >= 0.99 * healthy.admitted && healthy.admitted > 0 }).toEqual({
        name,
        whole: true,
      });
    }
    expect(sum.rejected).toBe(0);
    expect(sum.ledger.pending).toBe(0);
    expect(sum.ledger.admitted).toBe(sum.stored + sum.ledger.dropped + sum.aside + sum.ledger.lost);
    expect(sum.lost).toBeGreaterThanOrEqual(0);
    expect(sum.lost).toBeLessThanOrEqual(128);
  });
});
