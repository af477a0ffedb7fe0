import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startEvaluatorProcess } from '../../bench/load/start-evaluator.js';
import { startProviderProcess } from '../../bench/load/start-provider.js';
import { startServiceProcess } from '../../bench/load/start-service.js';
import { describeWithServers } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { funnelsOf, queueAt, storedBetween } from './faults-ledger.js';
import { report } from './report.js';
import { SCALE, scaled } from './scale.js';

const EXPERIMENT = 'stopped';
const PER_SECOND = 500;
/** Of the question, and of each of the two answers: ten kilobytes a pair. */
const [PROMPT_CHARS, ANSWER_CHARS] = [4000, 3000];
const SETTINGS = { delayMs: 50, pieceMs: 2, pieces: 10, answerChars: ANSWER_CHARS };

/** Until the heap of a loaded service has its size. */
const WARM_MS = scaled(20_000, 5000);
/** Of going on, before it is told to stop. */
const AFTER_MS = 5000;
/** For a pair of a call made after Redis goes on to be in the ledger, and what the service may grow by while it is stopped. */
const [RECOVERY_MS, GROWTH_MIB] = [5000, 32];

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

describeWithServers('Redis stopped under a load of 500 pairs a second, of 10 KB each', () => {
  it('every leg is accounted for, it goes on by itself, and what waits is bounded', async () => {
    const stoppedMs = scaled(60_000, 8000);
    const postgres = await startPostgres();
    const redis = await startRedis({ appendonly: true });
    try {
      const ledgerUrl = await postgres.createDatabase();
      await using _evaluator = await startEvaluatorProcess(redis.url, ledgerUrl);
      await using collector = await startProviderProcess(SETTINGS);
      await using service = await startServiceProcess({
        calls: { url: collector.url, promptChars: PROMPT_CHARS, ...SETTINGS },
        // The load is on what comes after the calls: as requests they would need a processor for themselves.
        functionMs: SETTINGS.delayMs,
        perSecond: PER_SECOND,
        collectorUrl: collector.collectorUrl,
        understudy: {
          queueUrl: redis.url,
          experiment: {
            name: EXPERIMENT,
            candidate: { version: '1' },
            sample: { rate: 1 },
            noise: { rate: 0 },
            slice: { lengthMs: 1000, deadlineMs: 300_000 },
            governor: { eventLoopMs: 10_000, eventLoopShare: 1 },
            shadow: { timeoutMs: 30_000, concurrency: 500 },
            policy: { gates: { errors: {} } },
          },
        },
        onTerm: 'exit',
        graceMs: 30_000,
      });
      let most = 0;
      service.onSample(({ rss }) => (most = Math.max(most, rss)));
      await sleep(WARM_MS);
      const warm = most;
      redis.pause();
      await sleep(stoppedMs);
      const growth = most - warm;
      redis.resume();
      const resumedAt = Date.now();
      const startedAt = performance.now();
      let recovered = 0;
      while (recovered === 0 && performance.now() - startedAt < RECOVERY_MS) {
        await sleep(100);
        recovered = await storedBetween(ledgerUrl, EXPERIMENT, resumedAt, Date.now());
      }
      const recoveryMs = performance.now() - startedAt;
      expect(recovered).toBeGreaterThan(0);
      // Of a process that has had the time to get its size.
      if (SCALE >= 1) expect(growth).toBeLessThanOrEqual(GROWTH_MIB);
      await sleep(AFTER_MS);

      const { code, stopped } = await service.terminate();
      expect(code).toBe(0);
      if (stopped === null) throw new Error('it said nothing');
      const { tally, counts, unhandled } = stopped;
      expect({ wrong: tally.wrong, failed: tally.failed, unhandled }).toEqual({ wrong: 0, failed: 0, unhandled: 0 });
      expect(counts.failures['queue.publish'] ?? 0).toBeGreaterThan(0);

      await queueAt(redis.url).drained(120_000);
      const { arms, rejected } = await funnelsOf(ledgerUrl, EXPERIMENT);
      const [funnel] = arms;
      if (funnel === undefined) throw new Error('nothing in the ledger');
      const offered = counts.funnel['admitted'] ?? 0;
      const { stored, dropped, aside, lost } = funnel;
      expect({ rejected, admitted: funnel.admitted }).toEqual({ rejected: 0, admitted: offered });
      expect(stored + sum(dropped) + aside + lost).toBe(offered);
      const skipped = Object.entries(funnel.skipped).map(([reason, count]) => `${reason} ${count}`);
      const lostOf = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
      const row = [
        tally.started,
        skipped.join(', ') || 0,
        offered,
        stored,
        lostOf.join(', ') || 0,
        aside,
        lost,
        (recoveryMs / 1000).toFixed(1),
        growth.toFixed(0),
      ];
      const columns = ['calls', 'not offered', 'offered', 'stored', 'dropped', 'aside', 'lost', 'recovery, s'];
      report('Redis stopped', { columns: [...columns, 'RSS growth, MiB'], rows: [row] }, [
        `Redis stopped (SIGSTOP) for ${stoppedMs / 1000} s. Recovery: from SIGCONT until a pair of a call that was made after it is in the ledger. RSS growth: the service's, while Redis was stopped, beyond the most before.`,
      ]);
    } finally {
      redis.resume();
      await redis.stop();
      await postgres.stop();
    }
  });
});
