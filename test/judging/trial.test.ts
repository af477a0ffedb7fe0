import type { Leg } from '@understudy/instrumentation/trial';
import { afterEach, describe, expect, it } from 'vitest';
import { answer, HandProducer, wholeSlice } from '../evaluator/batches.js';
import type { JudgeServer } from './judge-server.js';
import { CANARIES, judgedRun, type JudgedRun, statuses } from './judged-runs.js';
import type { JudgingBench } from './judging-ledger.js';
import { withJudge } from './with-judge.js';
import { caseOf, worseAnswer } from './judging-world.js';

let bench: JudgingBench;
let server: JudgeServer;
withJudge((...begun) => ([bench, server] = begun));
afterEach(async () => {
  server.trouble = null;
  server.faults = {};
  server.model = 'judge-1';
  // What one test has left waiting is not the next one's.
  await bench.ledger.judging.expire(Date.now() + 4_000_000, async () => null);
  bench.errors.length = 0;
  bench.now = Date.now();
});

interface Said {
  readonly request: string;
  readonly primary: string;
  readonly shadow: string;
}

let producers = 0;
/** Stores calls with these texts. */
async function say({ run, announce }: JudgedRun, said: readonly Said[]): Promise<void> {
  const start = wholeSlice(bench.now - 2000);
  const producer = new HandProducer(`trial${(producers += 1)}`, run, start);
  await bench.store(announce(producer));
  for (const [at, { request, primary, shadow }] of said.entries()) {
    const trial = producer.call(start + at, { ...answer(primary, at), model: 'm' } as Leg, {
      small: answer(shadow, 10_000 + at),
    });
    const parts = [{ type: 'text', content: request }];
    Object.assign(trial, { input: { kind: 'text', messages: [{ role: 'user', parts }] } });
  }
  await bench.store(producer.batch());
}

const known = (number: number): Said => ({
  request: caseOf(number).request.replace('[user]\n', ''),
  primary: caseOf(number).answer,
  shadow: worseAnswer(number, 2),
});

describe('a trial', () => {
  it('is not held on one answer, however often it was given: it waits, and says what for', async () => {
    const judged = judgedRun('one-answer', { baseUrl: server.baseUrl, canaries: { count: 200, rate: 0 } });
    await say(
      judged,
      Array.from({ length: 60 }, () => known(1)),
    );
    const before = server.requests.length;
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    expect(server.requests.length).toBe(before);
    const waiting = 'other answers: the distinct one in 60 stored calls leaves 137 of 200 canaries unmade';
    expect(await bench.stateOf(judged)).toMatchObject({ sensitivity: null, unfit: null, waitsFor: waiting });
    // The same request, in other words each time: each answer is once in each kind.
    bench.now += 5_000;
    await say(
      judged,
      Array.from({ length: 20 }, (_, at) => known(100 + at)),
    );
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    expect((await bench.stateOf(judged)).waitsFor).toBe(
      'other answers: the 21 distinct ones in 80 stored calls leave 56 of 200 canaries unmade',
    );
    bench.now += 5_000;
    await say(
      judged,
      Array.from({ length: 20 }, (_, at) => known(200 + at)),
    );
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    const { sensitivity, unfit, waitsFor, sources, health } = await bench.stateOf(judged);
    expect({ unfit, waitsFor, sources }).toEqual({ unfit: null, waitsFor: null, sources: 41 });
    expect(sensitivity).toBeGreaterThan(0.85);
    for (const kind of ['truncated', 'shuffled', 'wrong_argument', 'other_answer'] as const) {
      expect(health.canaries[kind].given).toBeGreaterThan(30);
      expect(health.canaries[kind].given).toBeLessThanOrEqual(41);
    }
    // Two orders of each canary, no canary twice.
    expect(server.requests.length - before).toBe(400);
  });

  it('looks again soon where answers come in, and seldom where they do not', async () => {
    const judged = judgedRun('few', { baseUrl: server.baseUrl });
    await say(judged, [known(1), known(2)]);
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    expect(await bench.try(judged.run.id)).toEqual([]);
    bench.now += 5_000;
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    bench.now += 5_000;
    expect(await bench.try(judged.run.id)).toEqual([]);
    bench.now += 55_000;
    expect(await bench.try(judged.run.id)).toEqual(['later']);
  });

  it('is about the answers to others where answers are short, and finds who cannot tell them apart', async () => {
    const label = (at: number): Said => ({
      request: `Case #${at}: which is it?`,
      primary: ['billing', 'refund', 'shipping'][at % 3] ?? '',
      shadow: 'spam',
    });
    const judged = judgedRun('labels', { baseUrl: server.baseUrl });
    await say(
      judged,
      Array.from({ length: 13 }, (_, at) => label(at)),
    );
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    bench.now += 5_000;
    await say(judged, [label(13)]);
    // This server knows long answers only: to it one label is as good as another.
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    const { sensitivity, unfit, health } = await bench.stateOf(judged);
    expect(unfit).toBe('insensitive');
    expect(sensitivity).toBeLessThan(0.5);
    expect(health.canaries.other_answer).toMatchObject({ given: 14, tied: 14 });
    expect(health.canaries.empty.given).toBe(1);
    expect([health.canaries.truncated.given, health.canaries.shuffled.given]).toEqual([0, 0]);
  });

  it('goes on with the answers it began with, whatever was stored since', async () => {
    const judged = judgedRun('began', { baseUrl: server.baseUrl, concurrency: 1 });
    await say(
      judged,
      Array.from({ length: 6 }, (_, at) => known(300 + at)),
    );
    server.trouble = 'broken';
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    expect(await bench.stateOf(judged)).toMatchObject({ sources: 6, waitsFor: 'its endpoint: server (HTTP 500)' });
    server.trouble = null;
    await say(
      judged,
      Array.from({ length: 6 }, (_, at) => known(400 + at)),
    );
    bench.now += 10_000;
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect((await bench.stateOf(judged)).sources).toBe(6);
  });
});

describe('a judge on trial, on the queue', () => {
  it('judges nothing before its trial, and nothing at all where it is unfit', async () => {
    const judged = judgedRun('ties', { baseUrl: server.baseUrl });
    await bench.send(judged, 4, ['worse']);
    expect(await bench.judgeDue()).toEqual([]);
    server.faults = { alwaysTie: true };
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    const [task] = await bench.tasks(judged.run.id);
    expect(await bench.ledger.judging.state(judged.run.id, task?.judge ?? '')).toMatchObject({ unfit: 'insensitive' });
    expect(await bench.judgeDue()).toEqual([]);
    expect(await bench.ledger.judging.expire(bench.now, async () => null)).toBe(4);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ abstained: 4 });
  });

  it('ends with a judge unfit that likes length, also where it sees what is broken', async () => {
    const judged = judgedRun('likes-length', { baseUrl: server.baseUrl, canaries: { count: 200, rate: 0 } });
    await say(
      judged,
      Array.from({ length: 41 }, (_, at) => known(300 + at)),
    );
    server.faults = { longer: 0.4 };
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    const { sensitivity, unfit, health } = await bench.stateOf(judged);
    expect(sensitivity).toBeGreaterThan(0.5);
    expect(unfit).toBe('length_bias');
    expect(health.canaries.padded.given).toBe(30);
    expect(await bench.judgeDue()).toEqual([]);
  });

  it('is never put to a judge of the family of what it compares', async () => {
    const judged = judgedRun('kin', { baseUrl: server.baseUrl, model: 'gpt-judge' });
    const before = server.requests.length;
    await bench.send(judged, 4, ['worse'], 'gpt-5-mini');
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    const [task] = await bench.tasks(judged.run.id);
    expect(await bench.ledger.judging.state(judged.run.id, task?.judge ?? '')).toMatchObject({ unfit: 'kin' });
    expect(String(bench.errors[0])).toContain('the judge gpt-judge is of one family with gpt-5-mini');
    expect(server.requests.length).toBe(before);
    const named = judgedRun(
      'kin-named',
      { baseUrl: server.baseUrl, model: 'gpt-judge' },
      { match: { model: 'gpt-5*' } },
    );
    await bench.send(named, 1, ['worse']);
    expect(bench.errors.map(String).join()).toContain('is of one family with gpt-5*');
    expect(await bench.tasks(named.run.id)).toEqual([]);
    const forced = judgedRun('kin-forced', { baseUrl: server.baseUrl, model: 'gpt-judge', force: true });
    await bench.send(forced, 4, ['worse'], 'gpt-5-mini');
    await bench.try(forced.run.id);
    expect(await bench.judgeDue()).toHaveLength(4);
  });

  it('goes on where it was broken off, and pays for nothing twice', async () => {
    const judged = judgedRun('broken-off', { baseUrl: server.baseUrl, concurrency: 1 });
    await bench.send(judged, 4, ['worse']);
    const before = server.requests.length;
    const unsubscribe = setInterval(() => {
      if (server.requests.length - before >= 11) server.trouble = 'broken';
    }, 0);
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    clearInterval(unsubscribe);
    server.trouble = null;
    bench.now += 10_000;
    await bench.restart();
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    // What fails may be of one text, until four have failed one after the other.
    expect(server.requests.length - before).toBeLessThanOrEqual(2 * CANARIES + 5);
    expect(await bench.try(judged.run.id)).toEqual([]);
  });
});

describe('a judge since its trial', () => {
  const tried = async (name: string, rate = 1): Promise<JudgedRun> => {
    const judged = judgedRun(name, { baseUrl: server.baseUrl, canaries: { count: 40, rate } });
    await bench.send(judged, 20, ['same']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect((await bench.stateOf(judged)).unfit).toBeNull();
    return judged;
  };

  it('is found out when it goes blind, by canaries beside pairs alone', async () => {
    const judged = await tried('goes-blind');
    await bench.send(judged, 20, ['worse', 'better']);
    await bench.judgeDue();
    const { unfit, health, sensitivity } = await bench.stateOf(judged);
    expect(unfit).toBeNull();
    server.faults = { alwaysTie: true };
    await bench.send(judged, 30, ['worse', 'better']);
    await bench.judgeDue();
    const since = await bench.stateOf(judged);
    expect(since.unfit).toBe('blind');
    // What the trial said of it has not changed, and would have hidden it.
    expect([since.health.canaries, since.sensitivity]).toEqual([health.canaries, sensitivity]);
  });

  it('is left be while it sees what it saw', async () => {
    const judged = await tried('sees');
    await bench.send(judged, 30, ['worse', 'better']);
    await bench.judgeDue();
    const { unfit, health } = await bench.stateOf(judged);
    expect(unfit).toBeNull();
    const given = Object.values(health.beside).reduce((sum, counts) => sum + counts.given, 0);
    expect(given).toBe(30);
    expect(health.beside.other_answer.given).toBeGreaterThan(0);
  });

  it('is asked about each canary anew, whatever it said of the same texts beside another pair', async () => {
    const judged = await tried('recalled', 1);
    const before = server.requests.length;
    const shadows = Array.from({ length: 30 }, (_, at) => `${worseAnswer(0, 2)} in words of its own: ${at}`);
    await say(
      judged,
      shadows.map((shadow) => ({ ...known(0), shadow })),
    );
    const outcomes = await bench.judgeDue();
    expect(outcomes).toEqual(shadows.map(() => 'judged'));
    const { beside } = (await bench.stateOf(judged)).health;
    const given = Object.values(beside).reduce((sum, one) => sum + one.given, 0);
    expect(given).toBeGreaterThan(20);
    // Two orders of each.
    expect(server.requests.length - before).toBe(2 * (shadows.length + given));
  });
});

describe('a run that nobody goes on with', () => {
  it('does not hold back the trial of the one that follows it', async () => {
    const experiment = 'followed';
    const first = judgedRun(experiment, { baseUrl: server.baseUrl, apiKey: { env: 'NOBODY_HAS_IT' } });
    await bench.send(first, 4, ['worse']);
    const second = judgedRun(experiment, { baseUrl: server.baseUrl });
    await bench.send(second, 4, ['worse']);
    // As the evaluator does: the older one first, again and again.
    expect(await bench.try(first.run.id)).toEqual(['later']);
    expect(await bench.try(second.run.id)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(4);
  });

  it('is tried no more once nothing of it waits', async () => {
    const experiment = 'left';
    const first = judgedRun(experiment, { baseUrl: server.baseUrl });
    await say(first, [known(1)]);
    const untried = async (judged: JudgedRun): Promise<boolean> =>
      (await bench.ledger.judging.untried(bench.now)).some(({ run }) => run === judged.run.id);
    expect(await untried(first)).toBe(true);
    const second = judgedRun(experiment, { baseUrl: server.baseUrl, rubric: 'faithful-to-reference' });
    await say(second, [known(2)]);
    expect([await untried(first), await untried(second)]).toEqual([true, true]);
    bench.now += 4_000_000;
    await bench.ledger.judging.expire(bench.now, async () => null);
    expect([await untried(first), await untried(second)]).toEqual([false, true]);
  });
});
