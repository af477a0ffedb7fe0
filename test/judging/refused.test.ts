import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JudgeState } from '../../packages/evaluator/src/ledger/judging/judging-ledger.js';
import { type JudgeServer, startJudgeServer, type Trouble } from './judge-server.js';
import { CANARIES, judgedRun, type JudgedRun } from './judged-runs.js';
import { type JudgingBench, openJudgingBench } from './judging-ledger.js';

let bench: JudgingBench;
let server: JudgeServer;
let other: JudgeServer;
beforeAll(async () => {
  [bench, server, other] = [await openJudgingBench(), await startJudgeServer(), await startJudgeServer()];
});
afterEach(async () => {
  Object.assign(server, { trouble: null, breaksAt: null, breaksBy: 'broken' });
  await server.up().catch(() => undefined);
  bench.errors.length = 0;
});
afterAll(async () => {
  await bench.close();
  await server.close();
  await other.close();
});

type Change = Parameters<typeof judgedRun>[1];

async function begin(name: string, judge: Omit<Change, 'baseUrl'> = {}): Promise<JudgedRun> {
  const judged = judgedRun(name, { baseUrl: server.baseUrl, ...judge });
  await bench.send(judged, CANARIES, ['worse']);
  return judged;
}

/** Tries again and again, each time after what it waits for: how often until it is over. */
async function tries(judged: JudgedRun, most: number): Promise<number> {
  for (let at = 1; at <= most; at += 1) {
    if ((await bench.try(judged.run.id)).includes('tried')) return at;
    bench.now += 600_000;
  }
  return Infinity;
}

const abstained = ({ health }: JudgeState): number =>
  Object.values(health.canaries).reduce((sum, one) => sum + one.abstained, 0);

const WRONG: readonly (readonly [Trouble, string, string])[] = [
  ['unauthorized', 'unauthorized (HTTP 401)', 'unauthorized: HTTP 401'],
  ['not_found', 'refused (HTTP 404)', 'refused: HTTP 404: no such route'],
  ['redirect', 'redirect (HTTP 302)', 'redirect: HTTP 302'],
];

describe('an endpoint that refuses everything', () => {
  it.each(WRONG)('%s: is waited for, said why, and the judge is fit once it answers', async (trouble, why, told) => {
    const judged = await begin(`wrong-${trouble.replace('_', '-')}`);
    server.trouble = trouble;
    const before = server.requests.length;
    expect(await tries(judged, 6)).toBe(Infinity);
    expect(await bench.stateOf(judged)).toMatchObject({
      sensitivity: null,
      unfit: null,
      waitsFor: `its endpoint: ${why}`,
    });
    expect(abstained(await bench.stateOf(judged))).toBe(0);
    expect(server.requests.length - before).toBeLessThan(6 * 20);
    expect(bench.errors.map(String).filter((error) => error.includes(told))).toHaveLength(1);
    expect(bench.errors.map(String).join()).toContain(
      `${judged.run.experiment} waits for its endpoint: judge-1: ${told}`,
    );
    // Another process, where the key is right: nothing that was refused is remembered.
    await bench.restart();
    server.trouble = null;
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect(await bench.stateOf(judged)).toMatchObject({ unfit: null, waitsFor: null });
    expect(abstained(await bench.stateOf(judged))).toBe(0);
  });

  it('is asked seldom, and less often each time', async () => {
    const judged = await begin('seldom');
    server.trouble = 'unauthorized';
    const waits: number[] = [];
    for (let at = 0; at < 10; at += 1) {
      const began = bench.now;
      while ((await bench.try(judged.run.id)).length === 0) bench.now += 5_000;
      waits.push(bench.now - began);
    }
    expect(waits.slice(1)).toEqual(waits.slice(1).toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThanOrEqual(256_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(305_000);
  });

  it('is told of once where nobody listens', async () => {
    const judged = await begin('unreached');
    await server.down();
    expect(await tries(judged, 4)).toBe(Infinity);
    expect((await bench.stateOf(judged)).waitsFor).toBe('its endpoint: unreached');
    expect(bench.errors.map(String)).toEqual([expect.stringContaining('judge-1: unreached: ')]);
    await server.up();
    expect(await tries(judged, 1)).toBe(1);
  });

  it('is not asked where it has no price: the line that is missing is named', async () => {
    const judged = judgedRun('unpriced', { baseUrl: server.baseUrl, usdPerHour: 1 });
    await bench.send(judged, CANARIES, ['worse']);
    const before = server.requests.length;
    expect(await tries(judged, 3)).toBe(Infinity);
    expect(server.requests.length).toBe(before);
    expect((await bench.stateOf(judged)).waitsFor).toBe('a price: `budget.prices` has none for judge-1');
    expect(bench.errors.map(String)).toEqual([expect.stringContaining('restart the service')]);
  });

  it('is waited for where it is that of one member of a jury', async () => {
    const members = ['judge-1', 'judge-2', 'judge-3'].map((model, at) => ({
      model,
      baseUrl: (at === 1 ? other : server).baseUrl,
    }));
    const judged = judgedRun(
      'jury',
      { baseUrl: server.baseUrl },
      { judge: { jury: members, canaries: { count: CANARIES, rate: 0 } } },
    );
    await bench.send(judged, CANARIES, ['worse']);
    other.trouble = 'unauthorized';
    expect(await tries(judged, 3)).toBe(Infinity);
    expect((await bench.stateOf(judged)).waitsFor).toBe('its endpoint: unauthorized (HTTP 401)');
    expect(bench.errors.map(String)).toEqual([expect.stringContaining('judge-2: unauthorized')]);
    other.trouble = null;
    expect(await tries(judged, 1)).toBe(1);
    expect((await bench.stateOf(judged)).unfit).toBeNull();
  });
});

describe('an endpoint that refuses texts', () => {
  it('is one that answers: what it refuses is an abstention', async () => {
    const judged = await begin('texts', { concurrency: 1, canaries: { count: 2 * CANARIES, rate: 0 } });
    const [first] = await firstRequests(judged);
    Object.assign(server, { breaksAt: first, breaksBy: 'bad_request' });
    await bench.restart();
    expect(await tries(judged, 1)).toBe(1);
    const state = await bench.stateOf(judged);
    expect(abstained(state)).toBeGreaterThan(0);
    expect(state.health.abstained).toEqual({ refused: abstained(state) });
  });

  it('ends its trial where it refuses most of them, the first ones included', async () => {
    const judged = await begin('most-texts', { concurrency: 1 });
    const requests = await firstRequests(judged);
    Object.assign(server, { breaksAt: new RegExp(requests.slice(0, 12).join('|')), breaksBy: 'bad_request' });
    await bench.restart();
    const goes = await tries(judged, 6);
    expect(goes).toBeGreaterThan(1);
    expect(goes).toBeLessThan(6);
    expect(abstained(await bench.stateOf(judged))).toBeGreaterThanOrEqual(12);
  });

  it('is one that answers where its key goes in the middle: that counts', async () => {
    const judged = await begin('middle', { concurrency: 1 });
    const requests = await firstRequests(judged);
    Object.assign(server, { breaksAt: new RegExp(requests.slice(3).join('|')), breaksBy: 'unauthorized' });
    await bench.restart();
    expect(await tries(judged, 1)).toBe(1);
    expect((await bench.stateOf(judged)).unfit).toContain('insensitive');
  });
});

/** The cases that the canaries are about, in the order they are asked: a trial that was refused names some, each go others. */
async function firstRequests(judged: JudgedRun): Promise<readonly string[]> {
  server.trouble = 'unauthorized';
  const before = server.requests.length;
  await tries(judged, 3);
  server.trouble = null;
  const said = server.requests.slice(before).map(({ body }) => /Case #\d+:/.exec(JSON.stringify(body))?.[0] ?? '');
  return [...new Set(said)];
}
