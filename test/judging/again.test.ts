import type { JudgeDefinition } from '@understudy/instrumentation/experiment';
import { Seal } from '@understudy/instrumentation/trial';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWords, placeOfWords } from '../../packages/evaluator/src/ledger/judging/words.js';
import { answer, HandProducer } from '../evaluator/batches.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { judgedRun, type JudgedRun, statuses } from './judged-runs.js';
import { type JudgingBench, openJudgingBench } from './judging-ledger.js';

const seal = new Seal(Buffer.alloc(32, 7), []);
let bench: JudgingBench;
let server: JudgeServer;
beforeAll(async () => {
  [bench, server] = [await openJudgingBench(seal), await startJudgeServer()];
});
afterAll(async () => {
  await bench.close();
  await server.close();
});

describe('judging again', () => {
  it('takes another rubric, pays for nothing twice, and leaves what the run is judged by as it is', async () => {
    const judged = judgedRun('again', { baseUrl: server.baseUrl });
    await bench.send(judged, 6, ['worse', 'better', 'same']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(4);
    await expect(bench.rejudge(judged, {})).rejects.toThrow('is the judge of run');
    const other = { rubric: 'faithful-to-reference' };
    const before = server.requests.length;
    expect(await bench.rejudge(judged, other, { dryRun: true })).toMatchObject({ pairs: 6, calls: 24, arms: [] });
    expect(server.requests.length).toBe(before);
    expect(await bench.rejudge(judged, other, { limit: 2 })).toMatchObject({ pairs: 2 });
    const report = await bench.rejudge(judged, other);
    expect(report).toMatchObject({
      pairs: 4,
      stopped: null,
      arms: [{ arm: 'small', wins: 2, ties: 2, losses: 2, abstained: 0, waiting: 0 }],
      beside: { both: 6, same: 6 },
    });
    expect(server.requests.length - before).toBe(8);
    expect(await bench.rejudge(judged, other)).toMatchObject({ pairs: 0, calls: 0 });
    expect(await bench.ledger.judging.mainJudge(judged.run.id)).not.toBe(report.judge.hash);
    expect(await bench.judgeDue()).toEqual([]);
  });

  it('refuses the judge of the run before its first pair as well, and leaves the run a judge that went before it', async () => {
    const judged = judgedRun('before', { baseUrl: server.baseUrl });
    await bench.send(judged, 0, []);
    await expect(bench.rejudge(judged, {})).rejects.toThrow('is the judge of run');
    const run = judged.run.id;
    const judge = bench.hashOf(judged);
    await bench.ledger.judging.addJudge(run, judge, { main: false });
    await bench.send(judged, 4, ['worse']);
    expect(await bench.ledger.judging.mainJudge(run)).toBe(judge);
    expect(await bench.try(run)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(4);
    await bench.ledger.judging.addJudge(run, 'another', { main: true });
    expect(await bench.ledger.judging.mainJudge(run)).toBe(judge);
  });

  it('by two at once pays for each pair once', async () => {
    const judged = judgedRun('two', { baseUrl: server.baseUrl });
    await bench.send(judged, 12, ['worse']);
    const before = server.requests.length;
    server.delayMs = 5;
    const other = { rubric: 'faithful-to-reference' };
    const both = await Promise.all([bench.rejudge(judged, other), bench.rejudge(judged, other)]);
    server.delayMs = 0;
    expect(server.requests.length - before).toBe(24);
    expect(both.map(({ pairs }) => pairs).reduce((sum, pairs) => sum + pairs, 0)).toBe(12);
    expect(both.map(({ stopped }) => stopped ?? '').join()).toMatch(/another rejudge has \d+ of the pairs/);
    expect(await bench.rejudge(judged, other)).toMatchObject({ pairs: 0, stopped: null, arms: [{ losses: 12 }] });
  });

  it('takes what a rejudge had that was killed, once its time is over', async () => {
    const judged = judgedRun('killed-again', { baseUrl: server.baseUrl });
    const [pair = ''] = await bench.send(judged, 1, ['worse']);
    const other = { rubric: 'faithful-to-reference' };
    const { judge } = await bench.rejudge(judged, other, { dryRun: true });
    const task = { run: judged.run.id, pair, judge: judge.hash };
    const taking = { now: bench.now, until: bench.now + 60_000 };
    await bench.ledger.judging.addJudge(task.run, task.judge, { main: false });
    expect(await bench.ledger.judging.takeAgain(task, taking)).toBe(true);
    expect(await bench.rejudge(judged, other)).toMatchObject({
      pairs: 0,
      stopped: 'another rejudge has 1 of the pairs',
    });
    bench.now += 60_000;
    expect(await bench.rejudge(judged, other)).toMatchObject({ pairs: 1, stopped: null });
  });

  it('is never put to a judge of the family of what it compares', async () => {
    const named = judgedRun('kin-again', { baseUrl: server.baseUrl }, { match: { model: 'gpt-5*' } });
    await bench.send(named, 1, ['worse']);
    const kin = (judged: JudgedRun): { readonly models: JudgeDefinition['models'] } => ({
      models: (judged.run.definition.judge?.models ?? []).map((one) => ({ ...one, model: 'gpt-judge' })),
    });
    const before = server.requests.length;
    await expect(bench.rejudge(named, kin(named))).rejects.toThrow('is of one family with gpt-5*');
    const unnamed = judgedRun('kin-by-call', { baseUrl: server.baseUrl });
    await bench.send(unnamed, 2, ['worse'], 'gpt-5-mini');
    const report = await bench.rejudge(unnamed, kin(unnamed));
    expect(report).toMatchObject({ pairs: 0, stopped: expect.stringContaining('is of one family with gpt-5-mini') });
    expect(server.requests.length).toBe(before);
  });

  it('says why it stopped, and keeps what it has', async () => {
    const judged = judgedRun('stopped', { baseUrl: server.baseUrl });
    await bench.send(judged, 2, ['worse']);
    server.trouble = 'unauthorized';
    const change = { rubric: 'faithful-to-reference', maxTokens: 512 };
    expect(await bench.rejudge(judged, change)).toMatchObject({ pairs: 2, arms: [{ abstained: 2 }] });
    server.trouble = null;
  });
});

describe('what is drawn', () => {
  it('is drawn with the probability that is stored, by how much the answers agree', async () => {
    const strata = [{ below: 0.9, rate: 0.5 }];
    const judged = judgedRun('drawn', { baseUrl: server.baseUrl, rate: 0.1, strata });
    await bench.send(judged, 300, ['same', 'worse']);
    const { rows } = await bench.database.query<{ status: string; pi: number; pairs: number }>(
      `select status, pi, count(*) as pairs from understudy.judgements where run = $1 group by status, pi order by status`,
      [judged.run.id],
    );
    expect(rows.map(({ status, pi }) => [status, pi])).toEqual([
      ['known', 1],
      ['waiting', 0.5],
    ]);
    expect(rows[0]?.pairs).toBe(150);
    // 150 at one half: five standard deviations.
    expect(Math.abs((rows[1]?.pairs ?? 0) - 75)).toBeLessThan(31);
    expect(judged.run.definition.judge?.piMin).toBe(0.1);
  });

  it('is not what repeats a conversation that has had its evidence', async () => {
    const { run, announce } = judgedRun('repeats', { baseUrl: server.baseUrl });
    const producer = new HandProducer('prepeats', run, bench.now - 1000);
    await bench.store(announce(producer));
    const [spoken, fresh] = ['spoken', 'fresh'].map((word) =>
      producer.call(bench.now - 1000, answer('yes'), { small: answer(word) }),
    );
    await bench.database.query(
      `insert into understudy.clusters (run, arm, key, call, slice) values ($1, 'small', $2, $3::uuid, 0)`,
      [run.id, spoken?.cluster, '019aa6b0-0000-7000-8000-000000000000'],
    );
    await bench.store(producer.batch());
    const tasks = await bench.tasks(run.id);
    expect(tasks.map(({ pair }) => pair)).toEqual([fresh?.legs['small']?.pairId]);
  });

  it('leaves the look of all outputs with the guard of the arm', async () => {
    const judged = judgedRun('guarded', { baseUrl: server.baseUrl });
    await bench.send(judged, 10, ['worse']);
    const { rows } = await bench.database.query(
      `select arm, sum((state -> 'value' ->> 'seen')::int)::int as seen from understudy.arm_guards where run = $1 group by arm`,
      [judged.run.id],
    );
    expect(rows).toEqual([{ arm: 'small', seen: 10 }]);
  });
});

describe('what a judge wrote', () => {
  it('is sealed as content is, and its numbers are not', async () => {
    const judged = judgedRun('sealed', { baseUrl: server.baseUrl });
    await bench.send(judged, 4, ['worse']);
    await bench.try(judged.run.id);
    await bench.judgeDue();
    expect((await statuses(bench.database, judged.run.id))['judged']).toBe(4);
    const { rows } = await bench.database.query<{ pair: string; judge: string; said: Buffer; detail: object }>(
      'select pair::text as pair, judge, said, detail from understudy.judgements where run = $1 limit 1',
      [judged.run.id],
    );
    const [row] = rows;
    expect(row?.detail).toMatchObject({ v: 1, how: 'agreed', outcome: 'primary', confidence: 0.9 });
    expect(JSON.stringify(row?.detail)).not.toContain('Compared');
    const place = placeOfWords(row?.pair ?? '', row?.judge ?? '');
    await expect(decodeWords(row?.said ?? Buffer.alloc(0), place, null)).rejects.toThrow();
    expect(await decodeWords(row?.said ?? Buffer.alloc(0), place, seal)).toContain('Compared by what was asked.');
  });

  it('is removed with age, its numbers are not', async () => {
    const { ledger } = bench;
    expect(await ledger.tryLease('test', bench.now, 60_000)).toBe(true);
    const { rows: before } = await bench.database.query('select from understudy.judgements where said is not null');
    expect(before.length).toBeGreaterThan(0);
    await ledger.expire({ holder: 'test', now: bench.now, before: bench.now + 10_000 });
    const { rows: after } = await bench.database.query('select from understudy.judgements where said is not null');
    const { rows: orders } = await bench.database.query('select from understudy.judge_orders');
    expect([after.length, orders.length]).toEqual([0, 0]);
    const { rows: kept } = await bench.database.query(`select from understudy.judgements where status = 'judged'`);
    expect(kept.length).toBeGreaterThan(0);
  });
});
