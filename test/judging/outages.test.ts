import { boundsOf, resolveExperiment, runOf } from '@understudy/instrumentation/experiment';
import { encodeBatch } from '@understudy/instrumentation/trial';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createEmbedder, type Embedder } from '../../packages/evaluator/src/evaluator/embedding/embedder.js';
import { createDrawing } from '../../packages/evaluator/src/evaluator/judging/draw-pairs.js';
import { type EmbeddingServer, SECRET, startEmbeddingServer } from '../embeddings/embedding-server.js';
import { HandProducer, wholeSlice } from '../evaluator/batches.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { callAbout, CANARIES, statuses } from './judged-runs.js';
import { type JudgingBench, openJudgingBench } from './judging-ledger.js';

type Fault = 'down' | 'slow' | 'rate_limit' | 'garbage' | 'truncated';

/** What a judge's pairs are put back for, or abstain for; and how a try of one ends. */
const FAULTS: readonly (readonly [Fault, string, 'waiting' | 'abstained'])[] = [
  ['down', 'unreached', 'waiting'],
  ['slow', 'timeout', 'waiting'],
  ['rate_limit', 'rate_limited', 'waiting'],
  ['garbage', 'garbage', 'waiting'],
  ['truncated', 'truncated', 'abstained'],
];
const PAIRS = 6;

let bench: JudgingBench;
let judge: JudgeServer;
let embeddings: EmbeddingServer;
let embedder: Embedder;
let cases = 50_000;

beforeAll(async () => {
  [bench, judge, embeddings] = [await openJudgingBench(), await startJudgeServer(), await startEmbeddingServer()];
  embedder = createEmbedder({
    ledger: bench.ledger,
    budgets: { lease: () => Promise.reject(new Error('nothing is paid for')) },
    secrets: () => SECRET,
    now: () => bench.now,
    random: () => 0,
    pause: async (ms) => void (bench.now += ms),
    onError: (error) => bench.errors.push(error),
  });
});
afterEach(async () => {
  Object.assign(judge, { trouble: null });
  Object.assign(embeddings, { trouble: null });
  bench.errors.length = 0;
});
afterAll(async () => {
  await embedder.close();
  await bench.close();
  await judge.close();
  await embeddings.close();
});

/** Begins or ends it, on both. */
async function set(fault: Fault, on: boolean): Promise<void> {
  for (const server of [judge, embeddings]) {
    if (fault === 'down') await (on ? server.down() : server.up());
    else server.trouble = on ? fault : null;
  }
}

function begin(fault: Fault) {
  const experiment = resolveExperiment({
    name: `outage-${fault.replace('_', '-')}`,
    candidates: { small: { model: `small for ${fault}` } },
    sample: { rate: 1 },
    noise: { rate: 1 },
    content: 'full',
    policy: { minPairs: 20, gates: { errors: { margin: 0.1 } } },
    judge: { model: 'judge-1', baseUrl: judge.baseUrl, timeoutMs: 400, canaries: { count: CANARIES, rate: 0 } },
    embeddings: { model: 'embed-1', baseUrl: embeddings.baseUrl, apiKey: { env: 'EMBEDDING_KEY' }, timeoutMs: 400 },
  });
  const { id, experiment: name, definition } = runOf(experiment);
  const producer = new HandProducer(`p${fault.replace('_', '')}`, runOf(experiment), wholeSlice(bench.now - 2000));
  const announced = producer.batch({ runs: [{ run: id, experiment: name, definition, bounds: boundsOf(experiment) }] });
  return { id, producer, announced };
}

/** Stores them as a consumer of the queue does. */
async function store(batch: Parameters<typeof encodeBatch>[0]): Promise<void> {
  const { handle } = createHandlers({
    ledger: bench.ledger,
    emitter: { pair: () => undefined },
    embedder,
    now: () => bench.now,
    judging: {
      draw: createDrawing(bench.ledger.judging, bench.judges, (error) => bench.errors.push(error)),
      judges: bench.judges,
    },
    pause: async () => undefined,
    onBroken: (scorer, error) => bench.errors.push(`${scorer}: ${String(error)}`),
    onRejected: (rejections) => bench.errors.push(...rejections.map(({ message }) => message)),
  });
  await handle({ id: `${batch.producer}-${batch.seq}`, data: await encodeBatch(batch) });
}

async function stored(run: string, pairs: readonly string[]): Promise<readonly (readonly [number | null, boolean])[]> {
  const { rows } = await bench.database.query<{ numbers: { scores: { ab: Record<string, number | null> } } }>(
    'select numbers from understudy.pairs where run = $1 and pair = any($2::uuid[])',
    [run, pairs],
  );
  return rows.map(({ numbers: { scores } }) => [
    scores.ab['embedding'] ?? null,
    typeof scores.ab['lexical'] === 'number',
  ]);
}

describe('embeddings and a judge that are in trouble at once', () => {
  it.each(FAULTS)(
    '%s: every pair is kept, its embedding null, its judgement %s and %s, and all is counted',
    async (fault, reason, ends) => {
      const { id, producer, announced } = begin(fault);
      const send = (): string[] =>
        Array.from({ length: PAIRS }, () => callAbout(producer, (cases += 1), bench.now, 'worse'));
      await store(announced);
      const before = send();
      await store(producer.batch());
      expect(await stored(id, before)).toEqual(before.map(() => [expect.any(Number), true]));
      expect(await bench.try(id)).toEqual(['tried']);
      await bench.judgeDue();
      expect(await statuses(bench.database, id)).toEqual({ judged: PAIRS });

      await set(fault, true);
      const during = send();
      await store(producer.batch());
      expect(await stored(id, during)).toEqual(during.map(() => [null, true]));
      expect(bench.errors.map(String).join()).toContain(
        `some scores \`embedding\` of outage-${fault.replace('_', '-')} are null`,
      );
      const asked = judge.requests.length;
      for (let due = await bench.judgeDue(1); due.length > 0; due = await bench.judgeDue(1));
      expect(await statuses(bench.database, id)).toEqual({ judged: PAIRS, [ends]: PAIRS });
      // One that is refused by all alike keeps the others from being asked about.
      expect(judge.requests.length - asked).toBeLessThanOrEqual(ends === 'waiting' ? PAIRS : 2 * PAIRS);
      const { rows } = await bench.database.query<{ reason: string }>(
        `select distinct detail ->> 'reason' as reason from understudy.judgements where run = $1 and detail ->> 'reason' is not null`,
        [id],
      );
      expect(rows).toEqual([{ reason }]);

      await set(fault, false);
      bench.now += 90_000;
      const recovered = judge.requests.length;
      while ((await bench.judgeDue()).length > 0);
      const [task] = await bench.tasks(id);
      const state = await bench.ledger.judging.state(id, task?.judge ?? '');
      if (ends === 'waiting') {
        expect(await statuses(bench.database, id)).toEqual({ judged: 2 * PAIRS });
        expect(judge.requests.length - recovered).toBe(2 * PAIRS);
        expect(state?.health.pairs).toMatchObject({ judged: 2 * PAIRS, abstained: 0 });
      } else {
        expect(await statuses(bench.database, id)).toEqual({ judged: PAIRS, abstained: PAIRS });
        expect(state?.health).toMatchObject({
          pairs: { judged: PAIRS, abstained: PAIRS },
          abstained: { truncated: PAIRS },
        });
      }
      const after = send();
      await store(producer.batch());
      expect(await stored(id, after)).toEqual(after.map(() => [expect.any(Number), true]));
    },
  );
});
