import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { openStores, type Stores } from '../../packages/evaluator/src/evaluator/stores.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { answer, enqueue, HandProducer, PAIRS, testRun, wholeSlice } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';
import { type EmbeddingServer, SECRET, startEmbeddingServer } from './embedding-server.js';

const CALLS = 30;

describe('a run that is decided by embeddings', { timeout: 60_000 }, () => {
  let folder: string;
  let server: EmbeddingServer;
  let stores: Stores;
  let queues: Queues;
  let queue: Queue<unknown>;
  let evaluator: Evaluator;
  const start = wholeSlice(Date.now() - 30_000);

  const evaluate = (): Promise<Evaluator> =>
    startEvaluator({
      config: {
        queueUrl: `embedded:${folder}`,
        ledgerUrl: `embedded:${folder}`,
        telemetry: { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'test' },
      },
      secrets: () => SECRET,
    });

  beforeAll(async () => {
    server = await startEmbeddingServer();
    folder = await mkdtemp(join(tmpdir(), 'understudy-embedded-run-'));
    stores = await openStores({ queueUrl: `embedded:${folder}`, ledgerUrl: `embedded:${folder}` }, { memory: true });
    queues = stores.queue.queues();
    queue = queues.queue(PAIRS);
    queue.on('error', () => undefined);
    evaluator = await evaluate();
  }, 60_000);
  afterAll(async () => {
    await evaluator.close();
    await queue.close();
    await queues.close();
    await stores.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has its similarity from them, also of a batch that waited for an endpoint while its evaluator was closed', async () => {
    const run = testRun('embedded', {
      policy: { minPairs: 10, gates: { similarity: { scorer: 'embedding', margin: 0.2 } } },
      slice: { lengthMs: 1000, deadlineMs: 40_000 },
      embeddings: { model: 'embed-1', baseUrl: server.baseUrl, apiKey: { env: 'KEY' } },
    });
    const producer = new HandProducer('p1', run, start);
    await enqueue(queue, producer.batch());
    const words = ['issued', 'sent', 'paid', 'granted'];
    for (let at = 0; at < CALLS; at += 1) {
      const text = (word: number): string => `refund ${at} was ${words[(at + word) % 4]} to the card of the customer`;
      producer.call(start + at, answer(text(0)), { small: answer(text(1)), aa: answer(text(2)) });
    }
    server.trouble = 'broken';
    await enqueue(queue, producer.batch());
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(1), { timeout: 20_000 });
    await evaluator.close();
    server.trouble = null;
    evaluator = await evaluate();
    const { standings } = await until(evaluator, (report) =>
      report.standings.some(({ state }) => state.funnel.evidence === CALLS),
    );
    const gate = standings[0]?.verdict.gates.find(
      ({ gate: name, stream }) => name === 'similarity' && stream === '_all',
    );
    expect(gate).toMatchObject({ pairs: CALLS, missing: 0 });
    const pairs = await stores.ledger.readPairs({ run: run.id, arm: 'small', limit: CALLS });
    const scores = pairs.map(({ facts }) => facts.scores.ab['embedding'] ?? 0);
    expect(scores.filter((score) => score > 0.6 && score < 1)).toHaveLength(CALLS);
  });
});
