import { runId } from '@understudy/instrumentation/experiment';
import { encodeBatch } from '@understudy/instrumentation/trial';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createRunFinder } from '../../packages/evaluator/src/evaluator/find-run.js';
import type { Ledger, PairRow, RegisteredRun, Rejection } from '../../packages/evaluator/src/ledger/ledger.js';
import { answer, failure, HandProducer, testRun } from './batches.js';

/** A ledger that remembers what it was told. */
class KeptLedger {
  readonly runs = new Map<string, RegisteredRun>();
  readonly rows = new Map<string, PairRow>();
  readonly rejected: Rejection[] = [];
  failing: Error | null = null;

  readonly registerRun: Ledger['registerRun'] = async (run, now) => {
    const registered = this.runs.get(run.id) ?? { ...run, k: this.runs.size + 1, registeredAt: now };
    this.runs.set(run.id, registered);
    return registered;
  };
  readonly findRun: Ledger['findRun'] = async (run) => this.runs.get(run) ?? null;
  readonly storeBatch: Ledger['storeBatch'] = async (_batch, rows) => {
    if (this.failing !== null) throw this.failing;
    const fresh = rows.filter(({ pair }) => !this.rows.has(pair));
    for (const row of fresh) this.rows.set(row.pair, row);
    return { repeated: fresh.length === 0, inserted: fresh.map(({ pair }) => pair), late: 0, drawn: [] };
  };
  readonly reject: Ledger['reject'] = async (rejections) => {
    this.rejected.push(...rejections);
  };
}

let ledger: KeptLedger;
let emitted: string[];
let paused: number;
let handlers: ReturnType<typeof createHandlers>;

beforeEach(() => {
  ledger = new KeptLedger();
  emitted = [];
  paused = 0;
  handlers = createHandlers({
    ledger: ledger as unknown as Ledger,
    emitter: { pair: (row, experiment) => emitted.push(`${experiment} ${row.arm}`) },
    now: () => 1_000_000,
    onBroken: () => undefined,
    onRejected: () => undefined,
    pause: async (ms) => void (paused += ms),
  });
});

const jobOf = async (batch: ReturnType<HandProducer['batch']>) => ({
  id: `${batch.producer}-${batch.seq}`,
  data: await encodeBatch(batch),
});

describe('the handler of a batch', () => {
  it('stores one row a leg, with the numbers of both calls and of the A/A leg, and emits each pair once', async () => {
    const producer = new HandProducer('p1', testRun('one'), 1);
    await handlers.handle(await jobOf(producer.batch()));
    producer.call(5_500, answer('yes it is'), { small: failure, aa: answer('yes it was') }, 'refunds');
    const job = await jobOf(producer.batch());
    await handlers.handle(job);
    await handlers.handle(job);
    const [small, aa] = [...ledger.rows.values()];
    expect(small).toMatchObject({
      arm: 'small',
      slice: 5,
      segment: 'refunds',
      pi: 1,
      content: { shadow: { status: 'error' } },
    });
    expect(small?.facts).toEqual({
      v: 1,
      pi: 1,
      primary: { status: 'ok', durationMs: 20, tokens: { input: 7, output: 9 } },
      shadow: { status: 'error', type: '500', durationMs: 5 },
      aa: { status: 'ok', durationMs: 20, tokens: { input: 7, output: 9 } },
      scores: {
        ab: expect.objectContaining({ exact_raw: null, exact: null, lexical: null, length: null }),
        aa: expect.objectContaining({ exact_raw: 0, exact: 0, lexical: expect.closeTo(2 / 3, 9), length: 0.9 }),
      },
    });
    expect(aa?.facts).toMatchObject({ aa: null, shadow: { status: 'ok' }, scores: { aa: {} } });
    expect(emitted).toEqual(['one small', 'one aa']);
  });

  it('stores nothing of a run that was never announced, and counts its legs aside', async () => {
    const producer = new HandProducer('p1', testRun('one'), 1);
    producer.batch();
    for (const index of [1, 2]) producer.call(index, answer('a'), { small: answer('a'), aa: answer('a') });
    await handlers.handle(await jobOf(producer.batch()));
    expect(ledger.rows.size).toBe(0);
    expect(ledger.rejected.map(({ code, arm, legs, seq }) => ({ code, arm, legs, seq }))).toEqual([
      { code: 'unknown_run', arm: 'small', legs: 2, seq: 1 },
      { code: 'unknown_run', arm: 'aa', legs: 2, seq: 1 },
    ]);
  });

  it('rejects, for another try, where the ledger fails', async () => {
    const producer = new HandProducer('p1', testRun('one'), 1);
    ledger.failing = new Error('away');
    await expect(handlers.handle(await jobOf(producer.batch()))).rejects.toThrow('away');
    expect(ledger.rejected).toEqual([]);
  });

  it('rejects a job that cannot be read, and puts it aside under its producer when told to', async () => {
    const job = { id: 'p7-12', data: { v: 2 } };
    const error: unknown = await handlers.handle(job).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ContractError', code: 'version' });
    await handlers.aside(job, error);
    expect(ledger.rejected).toMatchObject([
      { job: 'p7-12', producer: 'p7', seq: 12, code: 'version', data: '{"v":2}' },
    ]);
  });

  it('counts the legs of a job that can be read and not be done, and leaves no gap', async () => {
    const producer = new HandProducer('p1', testRun('one'), 1);
    producer.call(1, answer('a'), { small: answer('a'), aa: { status: 'missing', reason: 'leg_deadline' } });
    await handlers.aside(await jobOf(producer.batch()), new Error('no'));
    expect(ledger.rejected).toMatchObject([
      { code: 'broken', message: 'no', producer: 'p1', seq: 0, run: null, legs: null },
      { code: 'broken', message: 'no', run: producer.run.id, arm: 'small', legs: 1 },
    ]);
  });

  it('puts a run aside by whose policy nothing can be decided', async () => {
    const gates = { similarity: { scorer: 'lexical', margin: 0.4, insensitiveBelow: 0.3 } } as const;
    const { definition } = testRun('blunt');
    const blunt = { ...definition, policy: { ...definition.policy, gates } };
    const announced = { run: runId('blunt', blunt), experiment: 'blunt', definition: blunt };
    await handlers.handle(await jobOf(new HandProducer('p1', testRun('one'), 1).batch({ runs: [announced] })));
    expect(ledger.runs.size).toBe(0);
    expect(ledger.rejected).toMatchObject([{ code: 'definition', run: announced.run }]);
    const producer = new HandProducer('p2', { ...testRun('blunt'), id: announced.run }, 1);
    producer.call(1, answer('a'), { small: answer('a') });
    await handlers.handle(await jobOf(producer.batch({ runs: [] })));
    expect(ledger.rejected[1]).toMatchObject({ code: 'unknown_run', legs: 1 });
    expect(paused).toBe(0);
  });
});

describe('createRunFinder', () => {
  it('waits for an announcement that another worker is storing, as long as that one may pause', async () => {
    const run = await ledger.registerRun(testRun('one'), 1);
    let asked = 0;
    const find = createRunFinder(
      { findRun: async () => (++asked < 100 ? null : run) },
      { now: () => 0, pause: async () => undefined },
    );
    expect(await find(run.id)).toBe(run);
  });

  it('waits for an absent run once, and then no more for a while', async () => {
    let [paused, now] = [0, 0];
    const find = createRunFinder(
      { findRun: async () => null },
      { now: () => now, pause: async (ms) => void (paused += ms) },
    );
    const { id } = testRun('one');
    expect(await find(id)).toBeNull();
    expect(paused).toBe(12_000);
    expect(await find(id)).toBeNull();
    expect(paused).toBe(12_000);
    now = 61_000;
    expect(await find(id)).toBeNull();
    expect(paused).toBe(24_000);
  });
});
