import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Counts } from '../../bench/load/service.js';
import { startProviderProcess } from '../../bench/load/start-provider.js';
import { type Answer, startService } from '../end-to-end/processes.js';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';
import { describeWithServers } from '../servers/found.js';
import { funnelsOf, queueAt } from './faults-ledger.js';
import { report } from './report.js';
import { scaled } from './scale.js';
import { SETTINGS, startStore, type Store, stopUnderLoad, STORES } from './shutdown-world.js';

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** After admission; the others are refusals before it. */
const MISSING = Object.entries(DROP_REASONS).flatMap(([reason, { kind }]) => (kind === 'missing' ? [reason] : []));

/** Trials of one batch at most: of a silent queue nobody knows whether it has the one under way. */
const BATCH = 64;

/** After it a platform kills. */
const GRACE_MS = 10_000;

const rows: (string | number)[][] = [];
const droppedOf = ({ dropped }: Counts): Record<string, number> =>
  Object.fromEntries(Object.entries(dropped).filter(([reason]) => MISSING.includes(reason)));

describeWithServers('SIGTERM under load, with ten seconds of grace', () => {
  describe.each(STORES)('a queue on %s', (name) => {
    let store: Store;

    beforeAll(async () => {
      store = await startStore(name);
    });

    afterAll(async () => {
      await store[Symbol.asyncDispose]();
    });

    it.each(['nothing', 'candidate', 'queue'] as const)(
      'with %s hung: pairs under way are flushed or counted, and it ends in time',
      async (hung) => {
        const { code, signal, tookMs, stopped } = await stopUnderLoad({
          onTerm: 'exit',
          experiment: `hung-${hung}`,
          hung,
          queueUrl: store.queueUrl,
          store,
        });
        expect([code, signal]).toEqual([0, null]);
        if (stopped === null) throw new Error('it said nothing');
        expect(tookMs).toBeLessThanOrEqual(GRACE_MS);
        const { tally, counts, unhandled } = stopped;
        expect({ wrong: tally.wrong, failed: tally.failed, unhandled }).toEqual({ wrong: 0, failed: 0, unhandled: 0 });
        const admitted = counts.funnel['admitted'] ?? 0;
        const dropped = droppedOf(counts);

        expect(admitted).toBeGreaterThan(0);

        await queueAt(store.queueUrl.startsWith('embedded') ? store.ledgerUrl() : store.queueUrl).drained(30_000);
        const { arms, rejected } = await funnelsOf(store.ledgerUrl(), `hung-${hung}`);
        expect(rejected).toBe(0);
        const funnel = arms[0];
        if (funnel === undefined) throw new Error('nothing in the ledger');
        const stored = funnel.stored;

        const unknown = admitted - sum(dropped) - stored;
        if (hung === 'queue') {
          // What was under way may have arrived: nobody knows, and it is at most one batch.
          expect(unknown).toBeGreaterThanOrEqual(0);
          expect(unknown).toBeLessThanOrEqual(BATCH);
          expect(counts.failures['queue.unacknowledged'] ?? 0).toBe(unknown > 0 ? 1 : 0);
        } else {
          // Its last batch is here: the ledger has the same account as the service.
          expect(unknown).toBe(0);
          expect(funnel.admitted).toBe(admitted);
          expect(sum(funnel.dropped)).toBe(sum(dropped));
          expect(funnel.lost).toBe(0);
        }
        if (hung === 'candidate') expect(dropped['shutdown'] ?? 0).toBeGreaterThan(0);
        const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
        const shown = reasons.join(', ') || 0;
        const seconds = (ms: number): string => (ms / 1000).toFixed(1);
        rows.push([name, hung, admitted, stored, shown, unknown, seconds(stopped.shutdownMs), seconds(tookMs), 0]);
      },
    );
  });

  it('ends by itself where the service does not exit, and as before where it has no handler', async () => {
    const store = await startStore('redis');
    try {
      for (const onTerm of ['drain', 'none'] as const) {
        const without = await stopUnderLoad({
          onTerm,
          experiment: onTerm,
          hung: 'nothing',
          queueUrl: null,
          store: null,
        });
        const ours = await stopUnderLoad({
          onTerm,
          experiment: onTerm,
          hung: 'nothing',
          queueUrl: store.queueUrl,
          store,
        });
        expect([ours.code, ours.signal]).toEqual([without.code, without.signal]);
        expect(ours.signal).toBe(onTerm === 'none' ? 'SIGTERM' : null);
        expect(ours.tookMs).toBeLessThanOrEqual(GRACE_MS);
      }
    } finally {
      await store[Symbol.asyncDispose]();
    }
  });

  it('loses nothing with the handler of the example, NodeSDK and all', async () => {
    const store = await startStore('redis');
    const provider = await startProviderProcess(SETTINGS);
    const folder = await mkdtemp(join(tmpdir(), 'understudy-example-'));
    const config = join(folder, 'understudy.yaml');
    const experiment = {
      name: 'example',
      candidate: { model: 'gpt-5-mini', baseUrl: provider.url },
      sample: { rate: 1 },
      noise: { rate: 0 },
      slice: { lengthMs: 1000 },
      governor: { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1 },
      policy: { gates: { errors: {} } },
    };
    await writeFile(
      config,
      JSON.stringify({
        version: 1,
        queue: { url: store.queueUrl },
        ledger: { url: store.ledgerUrl() },
        experiments: [experiment],
      }),
    );
    try {
      await using service = await startService({
        UNDERSTUDY_CONFIG: config,
        OPENAI_BASE_URL: provider.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: provider.collectorUrl,
      });
      const asked: Promise<Answer>[] = [];
      const ask = (): void => {
        const question = `#${asked.length}#`;
        asked.push(service.ask({ conversation: question, topic: 'refunds', question, stream: asked.length % 2 === 0 }));
      };
      const asking = setInterval(ask, 25);
      await sleep(scaled(10_000, 3000));
      clearInterval(asking);
      // Streams of a second are under way.
      const stopping = service.stop();
      const ended = await Promise.allSettled(asked);
      expect(await stopping).toBe(0);
      expect(service.log()).not.toMatch(/Unhandled|uncaught/i);
      expect(ended.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
      await queueAt(store.queueUrl).drained(30_000);
      const [funnel] = (await funnelsOf(store.ledgerUrl(), 'example')).arms;
      if (funnel === undefined) throw new Error('nothing in the ledger');
      expect(funnel.stored).toBeGreaterThan(0);
      expect(funnel.stored + sum(funnel.dropped) + funnel.lost).toBe(funnel.admitted);
      expect(funnel.lost).toBe(0);
    } finally {
      await provider[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is printed', () => {
    expect(rows).toHaveLength(STORES.length * 3);
    const columns = [
      'queue',
      'hung',
      'admitted',
      'stored',
      'dropped',
      'unknown',
      'shutdown, s',
      'to the end, s',
      'exit',
    ];
    report('SIGTERM under load', { columns, rows }, [
      'A platform that kills ten seconds after SIGTERM, and a service that gives our shutdown eight of them. Sums of each row: admitted = stored + dropped + unknown, where unknown are the pairs of the one batch that a silent queue may or may not have taken.',
    ]);
  });
});
