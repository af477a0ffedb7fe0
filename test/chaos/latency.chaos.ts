import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Measurement } from '../../bench/latency/client.js';
import type { FaultName } from '../../bench/latency/faults.js';
import { type Cell, measureCell } from '../../bench/latency/measure.js';
import { COLUMNS, rowsOf } from '../../bench/latency/table.js';
import { describeWithRedis } from '../servers/found.js';
import { report } from './report.js';
import { SCALE, scaled } from './scale.js';

/** What says that the fault was there. */
const NOTICED: Readonly<Record<Exclude<FaultName, 'without' | 'by_hand'>, (measurement: Measurement) => boolean>> = {
  healthy: ({ outcomes }) => outcomes['error'] === undefined,
  evaluator_absent: ({ outcomes }) => outcomes['error'] === undefined,
  candidate_hanging: ({ funnel }) => (funnel['answered'] ?? 0) < (funnel['admitted'] ?? 0),
  candidate_failing: ({ outcomes }) => (outcomes['error'] ?? 0) > 0,
  candidate_resetting: ({ outcomes }) => (outcomes['error'] ?? 0) > 0,
  redis_stopped: ({ failures }) => (failures['queue.publish'] ?? 0) > 0,
  redis_down: ({ failures }) => (failures['queue.publish'] ?? 0) > 0,
  collector_hanging: ({ funnel }) => (funnel['paired'] ?? 0) > 0,
  collector_down: ({ funnel }) => (funnel['paired'] ?? 0) > 0,
};

/** Long enough at every size that the queue's silence is noticed: a word with it has five seconds. */
const REDIS_BLOCK_MS = 1500;

/** A cell takes seconds to start, whatever its size. */
const TRIED = (Object.keys(NOTICED) as (keyof typeof NOTICED)[]).filter(
  (fault) => SCALE >= 0.2 || ['healthy', 'candidate_resetting', 'redis_stopped'].includes(fault),
);

describeWithRedis('primaries beside those without us, in one process', () => {
  const rows: (readonly string[])[] = [];

  const cellOf = (fault: FaultName, stream: boolean): Cell => ({
    fault,
    stream,
    calls: scaled(6000, 100),
    blockMs: scaled(2000, fault === 'redis_stopped' ? REDIS_BLOCK_MS : 200),
    concurrency: 32,
    promptChars: 1000,
    rate: 1,
    settings: { delayMs: 50, pieceMs: 2, pieces: 20, answerChars: 1000 },
    // Times are printed, and nothing here depends on them.
    first: false,
    flags: [],
    build: join(import.meta.dirname, '../../packages/instrumentation/dist'),
  });

  it.each(TRIED)('%s: the same answers, no rejection, and the fault was there', async (fault) => {
    for (const stream of [false, true]) {
      const cell = cellOf(fault, stream);
      const measurement = await measureCell(cell);
      rows.push(...rowsOf(cell, measurement));
      const { arms, rejections, funnel } = measurement;
      expect(Object.values(arms).map(({ wrong }) => wrong)).toEqual([0, 0, 0]);
      expect(rejections).toBe(0);
      expect(funnel['admitted'] ?? 0).toBeGreaterThan(0);
      expect(NOTICED[fault](measurement)).toBe(true);
    }
  });

  it('is printed', () => {
    expect(rows).toHaveLength(TRIED.length * 3);
    report('Latency of primaries', { columns: COLUMNS, rows }, [
      'A figure for the shape of it: other work shared the processors. `node bench/latency/run.ts --first` measures; see docs/overhead.md.',
    ]);
  });
});
