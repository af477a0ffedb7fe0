import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Around, namedAround, servicesOf, WITH_US } from '../../bench/latency/around.js';
import type { Counts } from '../../bench/latency/counts.js';
import { type Conditions, measureService } from '../../bench/latency/measure.js';
import { COLUMNS, rowsOf } from '../../bench/latency/table.js';
import { describeWithServers } from '../servers/found.js';
import { report } from './report.js';
import { SCALE, scaled } from './scale.js';

/** What says that the fault was there; of its evaluator a service hears nothing. */
function noticed({ fault }: Around, { funnel, outcomes, dropped, failures, exports }: Counts): number {
  switch (fault?.place) {
    case 'candidate':
      return outcomes['error'] ?? 0;
    case 'Redis':
    case 'PostgreSQL':
      return (failures['queue.publish'] ?? 0) + (dropped['not_announced'] ?? 0);
    case 'OTLP collector':
      return exports.failed;
    default:
      return (outcomes['error'] ?? 0) === 0 ? (funnel['paired'] ?? 0) : 0;
  }
}

/** Long enough at every size that a silence is noticed: a word with the queue has five seconds, and so has a batch of spans. */
const LEAST_BLOCK_MS = 1500;

/** A cell takes seconds to start, whatever its size. */
const NAMES = SCALE >= 0.2 ? WITH_US : ['candidate/reset', 'redis/stopped', 'postgres/killed'];

describeWithServers('primaries beside those without us, in one process', () => {
  const rows: (readonly string[])[] = [];
  const arounds = namedAround(NAMES);
  const services = servicesOf(arounds).map((service) => ({ service, title: service.arounds[0].title }));

  const conditionsOf = (stream: boolean): Conditions => ({
    stream,
    calls: scaled(6000, 100),
    blockMs: scaled(2000, LEAST_BLOCK_MS),
    // Only sizes and times ask for a process that is warm.
    warmBlocks: scaled(60, 3),
    concurrency: 32,
    promptChars: 1000,
    rate: 1,
    settings: { delayMs: 50, pieceMs: 2, pieces: 20, answerChars: 1000 },
    // Times are printed, and nothing here depends on them.
    first: false,
    flags: [],
    build: join(import.meta.dirname, '../../packages/instrumentation/dist'),
  });

  it.each(services)(
    '$title, and what else there is: the same answers, no rejection, and the fault was there',
    async ({ service }) => {
      for (const stream of [false, true]) {
        const conditions = conditionsOf(stream);
        for await (const { around, measurement } of measureService(service, conditions)) {
          rows.push(...rowsOf(around, conditions, measurement));
          const { arms, rejections, counts } = measurement;
          const { title } = around;
          expect({ title, wrong: Object.values(arms).map(({ wrong }) => wrong) }).toEqual({ title, wrong: [0, 0, 0] });
          expect({ title, rejections }).toEqual({ title, rejections: 0 });
          expect({ title, called: (counts.funnel['called'] ?? 0) > 0 }).toEqual({ title, called: true });
          expect({ title, noticed: noticed(around, counts) > 0 }).toEqual({ title, noticed: true });
        }
      }
    },
  );

  it('is printed', () => {
    expect(rows).toHaveLength(arounds.length * 3);
    report('Latency of primaries', { columns: COLUMNS, rows }, [
      'A figure for the shape of it: other work shared the processors. `node bench/latency/run.ts --first` measures; see docs/overhead.md.',
    ]);
  });
});
