import { afterEach, describe, expect, it } from 'vitest';
import type { JudgeServer } from './judge-server.js';
import { CANARIES, judgedRun, type JudgedRun, statuses } from './judged-runs.js';
import type { JudgingBench } from './judging-ledger.js';
import { withJudge } from './with-judge.js';

let bench: JudgingBench;
let server: JudgeServer;
withJudge((...begun) => ([bench, server] = begun));
afterEach(async () => {
  server.model = 'judge-1';
  // What one test has left waiting is not the next one's.
  await bench.ledger.judging.expire(Date.now() + 4_000_000, async () => null);
  bench.errors.length = 0;
  bench.now = Date.now();
});

describe('who the judge is', () => {
  const tried = async (name: string): Promise<JudgedRun> => {
    const judged = judgedRun(name, { baseUrl: server.baseUrl, canaries: { count: 40, rate: 0 } });
    await bench.send(judged, 20, ['same']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    return judged;
  };

  it('is another one where another model answers in its place', async () => {
    const judged = await tried('replaced');
    server.model = 'judge-2';
    await bench.send(judged, 2, ['worse']);
    await bench.judgeDue();
    expect((await bench.stateOf(judged)).unfit).toBe('other_model (judge-2 in place of judge-1)');
  });

  it('is tried from the beginning where the model changes in the middle of its trial', async () => {
    const judged = judgedRun('changed', { baseUrl: server.baseUrl, concurrency: 1 });
    await bench.send(judged, 20, ['same']);
    const before = server.requests.length;
    const changing = setInterval(() => {
      if (server.requests.length - before >= 11) server.model = 'judge-2';
    }, 0);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    clearInterval(changing);
    const { unfit, health } = await bench.stateOf(judged);
    expect(unfit).toBeNull();
    expect(health.models.trial).toEqual({ '- judge-2': 2 * CANARIES });
    server.model = 'judge-1';
    await bench.send(judged, 1, ['worse']);
    await bench.judgeDue();
    expect((await bench.stateOf(judged)).unfit).toBe('other_model (judge-1 in place of judge-2)');
  });

  it('is unfit where two models answer by turns', async () => {
    const judged = judgedRun('by-turns', { baseUrl: server.baseUrl, concurrency: 1 });
    await bench.send(judged, 20, ['same']);
    Object.defineProperty(server, 'model', { configurable: true, get: () => `judge-${server.requests.length % 2}` });
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    Object.defineProperty(server, 'model', { configurable: true, writable: true, value: 'judge-1' });
    expect(await bench.stateOf(judged)).toMatchObject({
      sensitivity: -1,
      unfit: expect.stringMatching(/^other_model/),
    });
  });

  it('is unfit where its replies name its kin, whatever it is called here', async () => {
    server.model = 'gpt-5-2026-01-01';
    const before = server.requests.length;
    const alias = judgedRun('kin-alias', { baseUrl: server.baseUrl, model: 'judge', concurrency: 1 });
    await bench.send(alias, 6, ['worse'], 'gpt-5-2026-01-01');
    expect(await bench.try(alias.run.id)).toEqual(['tried']);
    expect(await bench.stateOf(alias)).toMatchObject({ unfit: 'kin', sensitivity: -1 });
    expect(server.requests.length).toBe(before + 2);
    expect(bench.errors.map(String).join()).toContain(
      'the judge gpt-5-2026-01-01 is itself one of the models compared',
    );
    const candidate = judgedRun(
      'kin-alias-candidate',
      { baseUrl: server.baseUrl, model: 'judge' },
      { candidates: { small: { model: 'gpt-5-mini' } } },
    );
    await bench.send(candidate, 6, ['worse']);
    expect(await bench.try(candidate.run.id)).toEqual(['tried']);
    expect((await bench.stateOf(candidate)).unfit).toBe('kin');
  });

  it('is unfit at the first pair that what its replies name is kin of, and says nothing of that pair', async () => {
    const judged = judgedRun('kin-alias-later', { baseUrl: server.baseUrl, model: 'judge' });
    server.model = 'gpt-5';
    await bench.send(judged, 6, ['worse']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    await bench.judgeDue();
    await bench.send(judged, 1, ['worse'], 'gpt-5-mini');
    expect(await bench.judgeDue()).toEqual(['later']);
    expect((await bench.stateOf(judged)).unfit).toBe('kin');
    expect(await statuses(bench.database, judged.run.id)).toMatchObject({ judged: 6 });
  });

  it('is unfit at the first pair that its kin has answered', async () => {
    const judged = judgedRun('kin-later', { baseUrl: server.baseUrl, model: 'gpt-judge' });
    await bench.send(judged, 6, ['worse']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect((await bench.stateOf(judged)).unfit).toBeNull();
    await bench.judgeDue();
    const before = server.requests.length;
    await bench.send(judged, 1, ['worse'], 'gpt-5-mini');
    expect(await bench.judgeDue()).toEqual(['later']);
    expect((await bench.stateOf(judged)).unfit).toBe('kin');
    expect(server.requests.length).toBe(before);
    await bench.ledger.judging.expire(bench.now, async () => null);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ judged: 6, abstained: 1 });
  });
});
