import { afterEach, describe, expect, it } from 'vitest';
import type { JudgeServer } from './judge-server.js';
import { CANARIES, judgedRun, type JudgedRun } from './judged-runs.js';
import type { JudgingBench } from './judging-ledger.js';
import { withJudge } from './with-judge.js';
import { caseOf } from './judging-world.js';

let bench: JudgingBench;
let server: JudgeServer;
/** Those of the bench are numbered from 1, over all runs. */
let cases = 0;
withJudge((...begun) => ([bench, server] = begun));
afterEach(() => {
  Object.assign(server, { trouble: null, breaksAt: null });
});

async function begin(name: string): Promise<JudgedRun> {
  const judged = judgedRun(name, {
    baseUrl: server.baseUrl,
    concurrency: 1,
    canaries: { count: 2 * CANARIES, rate: 0 },
  });
  server.breaksAt = caseOf(cases + 2).request.replace('[user]\n', '');
  await bench.send(judged, CANARIES, ['worse']);
  cases += CANARIES;
  return judged;
}

const sum = (record: object): number =>
  Object.values(record as Record<string, { abstained: number }>).reduce((all, { abstained }) => all + abstained, 0);

/** Tries again until it is over, each time after what it waits for. */
async function tries(judged: JudgedRun, most: number): Promise<number> {
  for (let at = 1; at <= most; at += 1) {
    const outcomes = await bench.try(judged.run.id);
    if (outcomes.includes('tried')) return at;
    bench.now += 600_000;
  }
  return Infinity;
}

describe('a trial whose endpoint breaks at one text', () => {
  it('goes on with the other canaries, and counts those as abstained after three times', async () => {
    const judged = await begin('poison');
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    const failed = Object.values((await bench.stateOf(judged)).failed);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every((reasons) => reasons.join() === 'server')).toBe(true);
    // All others were asked about, in two orders.
    expect(server.requests.length).toBe(2 * (2 * CANARIES - failed.length) + failed.length);
    bench.now += 600_000;
    await bench.restart();
    expect(await tries(judged, 5)).toBeLessThan(5);
    const { health, sensitivity, unfit } = await bench.stateOf(judged);
    expect(sum(health.canaries)).toBe(failed.length);
    expect(health.abstained).toEqual({ server: failed.length });
    expect([sensitivity !== null, unfit]).toEqual([true, null]);
    // Three times each, and one that was answered asked about twice more, to tell it from an outage.
    expect(server.requests.length).toBeLessThanOrEqual(4 * CANARIES + 2 * failed.length + 4);
  });

  it('counts no outage against any of them', async () => {
    const judged = await begin('outage');
    server.trouble = 'broken';
    expect(await tries(judged, 8)).toBe(Infinity);
    expect((await bench.stateOf(judged)).failed).toEqual({});
    Object.assign(server, { trouble: null });
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    const failed = Object.keys((await bench.stateOf(judged)).failed).length;
    expect(failed).toBeGreaterThan(0);
    server.trouble = 'broken';
    bench.now += 600_000;
    expect(await tries(judged, 8)).toBe(Infinity);
    expect(Object.values((await bench.stateOf(judged)).failed).every((reasons) => reasons.length === 1)).toBe(true);
    Object.assign(server, { trouble: null, breaksAt: null });
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect(sum((await bench.stateOf(judged)).health.canaries)).toBe(0);
  });
});
