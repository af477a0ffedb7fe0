import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunId } from '@understudy/instrumentation/trial';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HEALTH_LIMITS } from '../../packages/evaluator/src/judge/trial/fitness.js';
import type { JudgeServer, Trouble } from './judge-server.js';
import { judgedRun, type JudgedRun, statuses } from './judged-runs.js';
import type { JudgingBench } from './judging-ledger.js';
import { withJudge } from './with-judge.js';

let bench: JudgingBench;
let server: JudgeServer;
withJudge((...begun) => ([bench, server] = begun));
afterEach(() => {
  server.trouble = null;
  server.faults = {};
  bench.errors.length = 0;
  bench.now = Date.now();
});

const RUBRIC = `name: terse
version: 1
instructions: Prefer the answer that is right.
criteria: [{ name: right, question: Is every statement in it right? }]
choices: { A: A is right., B: B is right., TIE: Both are. }
`;

let runs = 0;
/** A run of the test's own, whose judge has stood its trial. */
async function tried(
  judge: Parameters<typeof judgedRun>[1] = { baseUrl: server.baseUrl },
  change: Parameters<typeof judgedRun>[2] = {},
): Promise<JudgedRun> {
  const judged = judgedRun(`run ${(runs += 1)}`.replace(' ', '-'), judge, change);
  await bench.send(judged, 4, ['same']);
  expect(await bench.try(judged.run.id)).toEqual(['tried']);
  return judged;
}

const reasons = async (run: RunId): Promise<readonly (string | null)[]> => {
  const { rows } = await bench.database.query<{ reason: string | null }>(
    `select distinct detail ->> 'reason' as reason from understudy.judgements where run = $1 and status <> 'known'`,
    [run],
  );
  return rows.map(({ reason }) => reason);
};
const orders = async (): Promise<number> =>
  (await bench.database.query<{ n: number }>('select count(*) as n from understudy.judge_orders')).rows[0]?.n ?? 0;

describe('a judge in trouble, on the queue', () => {
  const RETRYABLE: readonly (readonly [Trouble, string])[] = [
    ['slow', 'timeout'],
    ['rate_limit', 'rate_limited'],
    ['broken', 'server'],
    ['garbage', 'garbage'],
    ['hang_up', 'network'],
  ];

  it.each(RETRYABLE)('%s: the pairs are kept and judged later', async (trouble, reason) => {
    const judged = await tried({ baseUrl: server.baseUrl, timeoutMs: trouble === 'slow' ? 400 : 10_000 });
    await bench.send(judged, 3, ['worse']);
    server.trouble = trouble;
    expect(new Set(await bench.judgeDue())).toEqual(new Set(['later']));
    expect(await reasons(judged.run.id)).toEqual([reason]);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ known: 4, waiting: 3 });
    server.trouble = null;
    bench.now += 10_000;
    expect(await bench.judgeDue()).toEqual(['judged', 'judged', 'judged']);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ known: 4, judged: 3 });
  });

  it.each([
    ['truncated', 'truncated'],
    ['words', 'unparseable'],
    ['unauthorized', 'unauthorized'],
  ] as const)('%s: the pairs abstain, counted', async (trouble, reason) => {
    const judged = await tried();
    await bench.send(judged, 2, ['worse']);
    server.trouble = trouble;
    expect(await bench.judgeDue()).toEqual(['abstained', 'abstained']);
    expect(await reasons(judged.run.id)).toEqual([reason]);
    const state = await bench.ledger.judging.state(judged.run.id, (await bench.tasks(judged.run.id))[0]?.judge ?? '');
    expect(state?.health).toMatchObject({ pairs: { abstained: 2 }, abstained: { [reason]: 2 } });
  });

  it('is not asked about anything while it says to wait', async () => {
    const judged = await tried();
    await bench.send(judged, 3, ['worse']);
    server.trouble = 'rate_limit';
    expect(await bench.judgeDue(1)).toEqual(['later']);
    const before = server.requests.length;
    bench.now += 6_900;
    expect(await bench.judgeDue()).toEqual([]);
    expect(server.requests.length).toBe(before);
    server.trouble = null;
    bench.now += 200;
    expect(await bench.judgeDue()).toEqual(['judged', 'judged', 'judged']);
  });

  it('that is down until the deadline has abstained, and is counted as having been asked in vain', async () => {
    const judged = await tried();
    await bench.send(judged, 3, ['worse']);
    server.trouble = 'broken';
    await bench.judgeDue();
    bench.now += 3_700_000;
    expect(await bench.ledger.judging.expire(bench.now, async () => HEALTH_LIMITS)).toBe(3);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ known: 4, abstained: 3 });
    const state = await bench.ledger.judging.state(judged.run.id, (await bench.tasks(judged.run.id))[0]?.judge ?? '');
    expect(state?.health.abstained).toEqual({ server: 3 });
  });

  it.each(['slow', 'broken', 'garbage', 'hang_up'] as const)(
    '%s: a pair is paid for in vain three times at most, ten minutes apart in the end, and abstains then',
    async (trouble) => {
      const judged = await tried({ baseUrl: server.baseUrl, timeoutMs: trouble === 'slow' ? 400 : 10_000 });
      await bench.send(judged, 1, ['worse']);
      server.trouble = trouble;
      const before = server.requests.length;
      const begun = bench.now;
      const outcomes: (readonly [number, string])[] = [];
      for (const at of [0, 4_900, 5_000, 600_000, 605_000, 1_000_000, 3_500_000]) {
        bench.now = begun + at;
        for (const outcome of await bench.judgeDue()) outcomes.push([at, outcome]);
      }
      expect(outcomes).toEqual([
        [0, 'later'],
        [5_000, 'later'],
        [605_000, 'abstained'],
      ]);
      expect(server.requests.length - before).toBe(3);
    },
  );

  it.each(['rate_limit', 'overloaded'] as const)('%s: costs nothing, and is waited for', async (trouble) => {
    const judged = await tried();
    await bench.send(judged, 1, ['worse']);
    server.trouble = trouble;
    for (let turn = 0; turn < 20; turn += 1, bench.now += 10_000) expect(await bench.judgeDue()).toEqual(['later']);
    server.trouble = null;
    expect(await bench.judgeDue()).toEqual(['judged']);
  });

  it('that fails time after time is asked about no further pairs for a while', async () => {
    const judged = await tried();
    await bench.send(judged, 40, ['worse']);
    server.trouble = 'broken';
    const before = server.requests.length;
    for (let turn = 0; turn < 30; turn += 1, bench.now += 2_000) await bench.judgeDue(1);
    expect(server.requests.length - before).toBeLessThan(12);
    server.trouble = null;
    bench.now += 600_000;
    while ((await bench.judgeDue()).length > 0);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ known: 4, judged: 40 });
  });

  it('has not failed where its money cannot be asked for: that is our own outage', async () => {
    const prices = { 'judge-*': { input: 0.2, output: 1 } };
    const judged = await tried({ baseUrl: server.baseUrl, usdPerHour: 1 }, { budget: { usd: 1, prices, pace: false } });
    await bench.send(judged, 2, ['worse']);
    const before = server.requests.length;
    const use = vi.spyOn(bench.ledger.judging, 'use').mockRejectedValue(new Error('away'));
    await bench.restart();
    expect(await bench.judgeDue(1)).toEqual(['later']);
    use.mockRestore();
    expect(await reasons(judged.run.id)).toContain('unpaid');
    expect(server.requests.length).toBe(before);
    bench.now += 3_700_000;
    await bench.ledger.judging.expire(bench.now, async () => HEALTH_LIMITS);
    const [task] = await bench.tasks(judged.run.id);
    expect((await bench.ledger.judging.state(judged.run.id, task?.judge ?? ''))?.health.pairs.abstained).toBe(0);
  });

  it('without its key is waited for, and says where the key belongs', async () => {
    const judged = judgedRun('keyless', { baseUrl: server.baseUrl, apiKey: { env: 'JUDGE_KEY' } });
    await bench.send(judged, 4, ['worse']);
    expect(await bench.try(judged.run.id)).toEqual(['later']);
    expect(String(bench.errors[0])).toContain('expected the key for judge-1 in the environment variable JUDGE_KEY');
    bench.secrets['JUDGE_KEY'] = 'sk-judge-secret';
    bench.now += 5_000;
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(4);
    expect(server.requests.at(-1)?.authorization).toBe('Bearer sk-judge-secret');
  });
});

describe('a rubric that cannot be read', () => {
  /** A run whose rubric was there when it was announced, and is gone now. */
  async function withoutRubric(name: string): Promise<JudgedRun & { readonly rubric: string }> {
    const rubric = join(bench.folder, `${name}.yaml`);
    await writeFile(rubric, RUBRIC);
    const judged = judgedRun(name, { baseUrl: server.baseUrl, rubric });
    await bench.send(judged, 0, []);
    await rm(rubric);
    await bench.restart();
    return { ...judged, rubric };
  }

  it('keeps no pair from being judged: those that were drawn meanwhile are the judge that is named first', async () => {
    const judged = await withoutRubric('late-rubric');
    const sent = await bench.send(judged, 4, ['worse', 'same']);
    expect(bench.errors.map(String).join()).toContain('late-rubric.yaml');
    expect(await bench.ledger.judging.mainJudge(judged.run.id)).toBe(null);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ waiting: 2, known: 2 });
    expect(await reasons(judged.run.id)).toEqual(['unready']);
    await writeFile(judged.rubric, RUBRIC);
    await bench.send(judged, 2, ['worse']);
    const main = await bench.ledger.judging.mainJudge(judged.run.id);
    const tasks = await bench.tasks(judged.run.id);
    expect(tasks.map(({ judge }) => judge)).toEqual(Array.from({ length: 6 }, () => main));
    expect(tasks.map(({ pair }) => pair)).toEqual(expect.arrayContaining([...sent]));
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(4);
  });

  it('is missing evidence where it never comes', async () => {
    const judged = await withoutRubric('no-rubric');
    await bench.send(judged, 3, ['worse']);
    bench.now += 3_700_000;
    expect(await bench.ledger.judging.expire(bench.now, async () => HEALTH_LIMITS)).toBe(3);
    expect(await statuses(bench.database, judged.run.id)).toEqual({ abstained: 3 });
  });

  it('is that of the first process that can read one, whatever another makes of it', async () => {
    const rubric = join(bench.folder, 'two.yaml');
    await writeFile(rubric, RUBRIC);
    const judged = judgedRun('two-rubrics', { baseUrl: server.baseUrl, rubric });
    const other = bench.hashOf(judged);
    await writeFile(rubric, RUBRIC.replace('terse', 'other'));
    await bench.ledger.judging.addJudge(judged.run.id, 'first', { main: true });
    await bench.restart();
    expect(bench.hashOf(judged)).not.toBe(other);
    await bench.send(judged, 2, ['worse']);
    expect((await bench.tasks(judged.run.id)).map(({ judge }) => judge)).toEqual(['first', 'first']);
  });
});

describe('what was paid for', () => {
  it('is not paid for again by a job that comes twice, before or after it was settled', async () => {
    const judged = await tried();
    const [sent] = await bench.send(judged, 1, ['worse']);
    const task = (await bench.tasks(judged.run.id)).find(({ pair }) => pair === sent);
    const before = server.requests.length;
    const killed = vi.spyOn(bench.ledger.judging, 'settle').mockRejectedValueOnce(new Error('killed'));
    await expect(bench.judge(task!)).rejects.toThrow('killed');
    killed.mockRestore();
    await bench.restart();
    expect(await bench.judge(task!)).toBe('judged');
    expect(await bench.judge(task!)).toBe('gone');
    expect(server.requests.length - before).toBe(2);
    const state = await bench.ledger.judging.state(judged.run.id, task!.judge);
    expect(state?.health.pairs.judged).toBe(1);
  });

  it('is never more than the budget, however often it is asked', async () => {
    // The server counts 100 and 10 tokens a call: 30 microdollars at these prices.
    const prices = { 'judge-*': { input: 0.2, output: 1 } };
    const perCall = (100 * 0.2 + 10 * 1) / 1e6;
    const usd = 0.004;
    const judged = judgedRun(
      'poor',
      { baseUrl: server.baseUrl, maxTokens: 256 },
      { budget: { usd, prices, pace: false } },
    );
    const before = server.requests.length;
    await bench.send(judged, 100, ['worse']);
    expect(await bench.try(judged.run.id)).toEqual(['tried']);
    for (let turn = 0; turn < 3; turn += 1) {
      await bench.judgeDue(100);
      bench.now += 70_000;
    }
    const spent = (server.requests.length - before) * perCall;
    expect(spent).toBeLessThanOrEqual(usd);
    expect(spent).toBeGreaterThan(usd * 0.7);
    expect(await reasons(judged.run.id)).toContain('unpaid');
    expect((await statuses(bench.database, judged.run.id))['waiting']).toBeGreaterThan(0);
  });

  it("is never more than the hour's money, nor more calls than a minute's", async () => {
    const judged = await tried();
    const use = (amount: number, limit: number) =>
      bench.ledger.judging.use({ experiment: judged.run.experiment, span: 'hour', starts: 0 }, amount, limit);
    const took = await Promise.all(Array.from({ length: 8 }, () => use(30, 100)));
    expect(took.filter(Boolean)).toHaveLength(3);
    await bench.ledger.judging.giveBack({ experiment: judged.run.experiment, span: 'hour', starts: 0 }, 20);
    expect(await use(30, 100)).toBe(true);
    expect(await use(1, 100)).toBe(false);
    const slow = judgedRun('slow-judge', { baseUrl: server.baseUrl, perMinute: 10 });
    await bench.send(slow, 4, ['worse']);
    const before = server.requests.length;
    bench.now = Math.ceil(bench.now / 60_000) * 60_000;
    expect(await bench.try(slow.run.id)).toEqual(['later']);
    expect(await bench.try(slow.run.id)).toEqual([]);
    expect(server.requests.length - before).toBe(10);
    bench.now += 75_000;
    await bench.try(slow.run.id);
    expect(server.requests.length - before).toBe(20);
  });

  it('is forgotten with the pair it was about', async () => {
    const judged = await tried();
    const [, second] = await bench.send(judged, 2, ['worse']);
    expect(await bench.judgeDue()).toHaveLength(2);
    const before = await orders();
    const call = await bench.ledger.findCall(second ?? '');
    await bench.ledger.erase({ kind: 'pair', pair: second ?? '', call }, { dryRun: false });
    expect(await orders()).toBe(before - 2);
    const { rows } = await bench.database.query<{ pair: string; said: boolean; score: number }>(
      `select pair::text as pair, said is not null as said, score from understudy.judgements where run = $1 and status = 'judged' order by pair`,
      [judged.run.id],
    );
    expect(rows.map(({ pair, said, score }) => [pair === second, said, score])).toEqual([
      [false, true, 0],
      [true, false, 0],
    ]);
  });
});
