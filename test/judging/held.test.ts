import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { CANARIES, judgedRun, statuses } from './judged-runs.js';
import { type JudgingBench, openJudgingBench } from './judging-ledger.js';

let bench: JudgingBench;
let servers: readonly [JudgeServer, JudgeServer];
beforeAll(async () => {
  [bench, servers] = [await openJudgingBench(), [await startJudgeServer(), await startJudgeServer()]];
});
afterEach(() => {
  for (const server of servers) server.trouble = null;
});
afterAll(async () => {
  await bench.close();
  for (const server of servers) await server.close();
});

/** Two runs of one experiment: the older one asks at the first server, the newer one at the second. */
async function follow(experiment: string) {
  const [first, second] = [
    judgedRun(experiment, { baseUrl: servers[0].baseUrl }),
    judgedRun(experiment, { baseUrl: servers[1].baseUrl }),
  ] as const;
  await bench.send(first, CANARIES, ['worse']);
  await bench.send(second, CANARIES, ['worse']);
  return { first, second };
}

describe('two runs of an experiment that ask at two endpoints', () => {
  it.each(['rate_limit', 'broken', 'down'] as const)(
    '%s at the one keeps none of the other from its trial or its judgements',
    async (fault) => {
      const { first, second } = await follow(`held-${fault.replace('_', '-')}`);
      const [old] = servers;
      const set = async (on: boolean): Promise<void> => {
        if (fault === 'down') await (on ? old.down() : old.up());
        else old.trouble = on ? fault : null;
      };
      await set(true);
      expect(await bench.try(first.run.id)).toEqual(['later']);
      expect(await bench.try(first.run.id)).toEqual([]);
      expect(await bench.try(second.run.id)).toEqual(['tried']);
      await set(false);
      bench.now += 60_000;
      expect(await bench.try(first.run.id)).toEqual(['tried']);
      await set(true);
      const asked = old.requests.length;
      while ((await bench.judgeDue(1)).length > 0);
      expect(await statuses(bench.database, second.run.id)).toEqual({ judged: CANARIES });
      expect(await statuses(bench.database, first.run.id)).toEqual({ waiting: CANARIES });
      // Four before it is known that it is no matter of their texts.
      expect(old.requests.length - asked).toBe({ rate_limit: 1, broken: 4, down: 0 }[fault]);
      await set(false);
      bench.now += 60_000;
      while ((await bench.judgeDue()).length > 0);
      expect(await statuses(bench.database, first.run.id)).toEqual({ judged: CANARIES });
    },
  );

  it('keep each other from asking by a purse that is empty', async () => {
    const paid = (of: JudgeServer) =>
      judgedRun('purse', { baseUrl: of.baseUrl, usdPerHour: 0.000_001 }, { budget: PRICED });
    const [first, second] = [paid(servers[0]), paid(servers[1])] as const;
    await bench.send(first, CANARIES, ['worse']);
    await bench.send(second, CANARIES, ['worse']);
    expect(await bench.try(first.run.id)).toEqual(['later']);
    expect(await bench.try(second.run.id)).toEqual([]);
  });

  it('keep each other from nothing by a model that has no price', async () => {
    const [first, second] = [
      judgedRun('price', { baseUrl: servers[0].baseUrl, model: 'judge-0' }, { budget: PRICED }),
      judgedRun('price', { baseUrl: servers[1].baseUrl }, { budget: PRICED }),
    ] as const;
    await bench.send(first, CANARIES, ['worse']);
    await bench.send(second, CANARIES, ['worse']);
    expect(await bench.try(first.run.id)).toEqual(['later']);
    expect(await bench.try(second.run.id)).toEqual(['tried']);
  });
});

const PRICED = { usd: 100, prices: { 'judge-1': { input: 1, output: 1 } } };
