import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { type Database, openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { enqueue, HandProducer, PAIRS, wholeSlice } from '../evaluator/batches.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { callAbout, CANARIES, judgedRun, type JudgedRun, type Quality, statuses } from './judged-runs.js';

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 10_000, serviceName: 'test' };
const WAIT = { timeout: 20_000, interval: 100 };

describe('judging, from the queue to the ledger', () => {
  let folder: string;
  let server: JudgeServer;
  let store: Store;
  let queues: Queues;
  let queue: Queue<unknown>;
  let database: Database;
  let evaluator: Evaluator;
  const errors: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-judging-'));
    server = await startJudgeServer();
    const url = `embedded:${folder}`;
    evaluator = await startEvaluator({
      config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY },
      memory: true,
      events: { onError: (what, error) => errors.push(`${what}: ${String(error)}`) },
    });
    store = await openStore(url);
    queues = store.queues();
    queue = queues.queue(PAIRS);
    database = openDatabase(store.postgresUrl ?? '');
  });

  afterEach(() => {
    server.trouble = null;
    server.faults = {};
    server.delayMs = 0;
  });

  afterAll(async () => {
    await database.close();
    await queue.close();
    await queues.close();
    await store.close();
    await evaluator.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Pairs of these qualities, in turn. */
  async function send({ run, announce }: JudgedRun, count: number, qualities: readonly Quality[]): Promise<string[]> {
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer(`p${run.id}`, run, start);
    await enqueue(queue, announce(producer));
    const pairs = Array.from({ length: count }, (_, at) =>
      callAbout(producer, at, start + at, qualities[at % qualities.length] ?? 'same'),
    );
    await enqueue(queue, producer.batch());
    return pairs;
  }

  it('tries the judge, judges each pair that was drawn, in both orders, and knows a tie without a call', async () => {
    const judged = judgedRun('judged', { baseUrl: server.baseUrl });
    const before = server.requests.length;
    await send(judged, 30, ['worse', 'better', 'same']);
    await expect.poll(() => statuses(database, judged.run.id), WAIT).toEqual({ judged: 20, known: 10 });
    const { rows } = await database.query(
      `select score, count(*) as pairs, min(pi) as pi from understudy.judgements where run = $1 group by score order by score`,
      [judged.run.id],
    );
    expect(rows).toEqual([
      { score: 0, pairs: 10, pi: 1 },
      { score: 0.5, pairs: 10, pi: 1 },
      { score: 1, pairs: 10, pi: 1 },
    ]);
    const { rows: states } = await database.query(
      `select main, sensitivity > .5 as sensitive, unfit, health::json -> 'value' -> 'pairs' -> 'judged' as judged
       from understudy.judge_state where run = $1`,
      [judged.run.id],
    );
    expect(states).toEqual([{ main: true, sensitive: true, unfit: null, judged: 20 }]);
    expect(server.requests.length - before).toBe(2 * (CANARIES + 20));
    expect(errors).toEqual([]);
  });

  it('has each run judged by as many at once as it allows, whatever another allows', async () => {
    server.delayMs = 20;
    const narrow = judgedRun('narrow', { baseUrl: server.baseUrl, model: 'judge-narrow', concurrency: 1 });
    const wide = judgedRun('wide', { baseUrl: server.baseUrl, model: 'judge-wide', concurrency: 6 });
    await send(narrow, 6, ['worse']);
    await send(wide, 24, ['worse']);
    await expect.poll(() => statuses(database, narrow.run.id), WAIT).toEqual({ judged: 6 });
    await expect.poll(() => statuses(database, wide.run.id), WAIT).toEqual({ judged: 24 });
    expect(server.atOnce['judge-narrow']).toBe(1);
    expect(server.atOnce['judge-wide']).toBeGreaterThan(1);
    expect(server.atOnce['judge-wide']).toBeLessThanOrEqual(6);
    expect(errors).toEqual([]);
  });
});
