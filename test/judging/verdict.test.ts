import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Standing } from '../../packages/evaluator/src/decide/standing.js';
import type { GateVerdict } from '../../packages/evaluator/src/decide/verdict.js';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { labelling } from '../../packages/evaluator/src/evaluator/labelling.js';
import { openLedgerFor } from '../../packages/evaluator/src/evaluator/stores.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { enqueue, HandProducer, PAIRS, wholeSlice } from '../evaluator/batches.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { callAbout, CANARIES, judgedRun } from './judged-runs.js';

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 10_000, serviceName: 'test' };
const WAIT = { timeout: 90_000, interval: 200 };

function gateOf(of: Standing | undefined): GateVerdict | undefined {
  return of?.verdict.gates.find(({ gate }) => gate === 'win_rate');
}

/** Pairs of the evidence that the judge was drawn for. */
function sumOf(of: Standing | undefined): number {
  return (of?.state.judgements ?? []).reduce((sum, { pairs }) => sum + pairs, 0);
}

describe('a verdict, from the batches of a service to what judge and people say', () => {
  let folder: string;
  let url: string;
  let server: JudgeServer;
  let evaluator: Evaluator;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-verdict-'));
    url = `embedded:${folder}`;
    server = await startJudgeServer();
    evaluator = await startEvaluator({ config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY }, memory: true });
  });

  afterAll(async () => {
    await evaluator.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function standing(): Promise<Standing | undefined> {
    return (await evaluator.look())?.standings[0];
  }

  it('waits for the judge, is provisional with it, and GO with labels', async () => {
    const { run, announce } = judgedRun(
      'verdict',
      { baseUrl: server.baseUrl, labels: { rate: 0.3 }, canaries: { count: CANARIES, rate: 1 } },
      { policy: { minPairs: 20, gates: { errors: { margin: 0.1 }, win_rate: { margin: 0.2 } } } },
    );
    const start = wholeSlice(Date.now() - 2000);
    const producer = new HandProducer('verdict', run, start);
    const store = await openStore(url);
    const queues = store.queues();
    const queue = queues.queue(PAIRS);
    await enqueue(queue, announce(producer));
    for (let at = 0; at < 240; at += 1) callAbout(producer, at, start + at, at % 4 === 0 ? 'same' : 'better');
    await enqueue(queue, producer.batch());
    // What the judge said so far is vouched for by canaries that come later.
    await expect.poll(async () => gateOf(await standing())?.pairs, WAIT).toBe(240);
    expect(gateOf(await standing())).toMatchObject({ state: 'waiting' });
    expect(gateOf(await standing())?.winRate?.unproven).toBeGreaterThan(0);
    const later = wholeSlice(Date.now() - 2000);
    for (let at = 0; at < 160; at += 1) callAbout(producer, 240 + at, later + at, at % 4 === 0 ? 'same' : 'better');
    await enqueue(queue, producer.batch());

    await expect.poll(async () => gateOf(await standing())?.state, WAIT).toBe('provisional');
    await expect.poll(async () => sumOf(await standing()), WAIT).toBe(400);
    // It is alive.
    await enqueue(queue, producer.batch());
    await queue.close();
    await queues.close();
    await store.close();
    await expect.poll(async () => (await standing())?.verdict.state, WAIT).toBe('go_provisional');
    const provisional = await standing();
    expect(provisional?.verdict.sentence).toContain('by the word of the judge alone');
    expect(provisional?.state.judgements.toSorted((a, b) => (a.outcome < b.outcome ? -1 : 1))).toMatchObject([
      { outcome: 'exact', pairs: 100 },
      { outcome: 'shadow', pairs: 300 },
    ]);
    const { offered } = provisional!.state.labels;
    expect(offered).toBeGreaterThan(20);

    const { ledger, close } = await openLedgerFor(url);
    const people = labelling(ledger, Date.now);
    const pairs = await people.pairs({ limit: 1000, experiment: 'verdict' });
    expect(pairs).toHaveLength(offered);
    // The incumbent gave a part of the answer.
    for (const { pair, a, b } of pairs)
      expect(await people.answer(pair, a.length > b.length ? 'A' : 'B')).toBe('stored');
    await close();
    await expect.poll(async () => (await standing())?.verdict.state, WAIT).toBe('go');
    expect((await standing())?.state.labels).toMatchObject({ answered: offered, open: 0 });
  }, 240_000);
});
