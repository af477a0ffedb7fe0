import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JudgeMemory } from '../../packages/evaluator/src/judge/judge.js';
import { type Judgement, type OrderResult, paidInVain } from '../../packages/evaluator/src/judge/judgement.js';
import { EMPTY_HEALTH, ofJudgement } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { mergeHealth } from '../../packages/evaluator/src/judge/trial/merge-health.js';
import { type JudgeServer, startJudgeServer, type Trouble } from './judge-server.js';
import { judgeAt, SECRET } from './judges.js';
import { caseOf, worseAnswer } from './judging-world.js';

let server: JudgeServer;
beforeAll(async () => {
  server = await startJudgeServer();
});
afterAll(() => server.close());
afterEach(() => {
  server.trouble = null;
  server.faults = {};
});

const { request, answer } = caseOf(1);
const PAIR = { request, primary: answer, shadow: worseAnswer(1, 2) };

const EXPECTED: readonly (readonly [Trouble, string, boolean, number])[] = [
  ['slow', 'timeout', true, 1],
  ['rate_limit', 'rate_limited', true, 1],
  ['overloaded', 'overloaded', true, 1],
  ['broken', 'server', true, 1],
  ['hang_up', 'network', true, 1],
  ['garbage', 'garbage', true, 1],
  ['no_json', 'garbage', true, 1],
  ['unauthorized', 'unauthorized', false, 1],
  ['redirect', 'redirect', false, 1],
  ['words', 'unparseable', false, 2],
  ['truncated', 'truncated', false, 2],
  ['filtered', 'filtered', false, 1],
];

describe('a judge in trouble', () => {
  it.each(EXPECTED)('%s: abstains as %s, counted, and nothing is thrown', async (trouble, reason, retryable, calls) => {
    server.trouble = trouble;
    const said = await judgeAt(server, { timeoutMs: trouble === 'slow' ? 50 : 10_000 }).judge(PAIR);
    expect(said).toMatchObject({ status: 'abstained', reason, retryable, calls });
    const health = mergeHealth(EMPTY_HEALTH, ofJudgement(PAIR, said));
    expect(health.abstained).toEqual({ [reason]: 1 });
    expect(health.pairs).toMatchObject({ judged: 0, abstained: 1 });
    expect(health.calls.truncated + health.calls.unparseable).toBe(calls - 1 === 0 ? 0 : 2);
  });

  it('that is down abstains', async () => {
    const gone = await startJudgeServer();
    await gone.close();
    const said = await judgeAt(gone).judge(PAIR);
    expect(said).toMatchObject({ status: 'abstained', reason: 'unreached', retryable: true });
    expect(paidInVain(said)).toBe(0);
  });

  it('says how long to wait, and never its key', async () => {
    server.trouble = 'rate_limit';
    expect(await judgeAt(server).judge(PAIR)).toMatchObject({ retryAfterMs: 7000 });
    server.trouble = 'overloaded';
    expect(await judgeAt(server).judge(PAIR)).toMatchObject({ retryAfterMs: 1500 });
    for (const trouble of ['unauthorized', 'redirect', 'hang_up'] as const) {
      server.trouble = trouble;
      expect(JSON.stringify(await judgeAt(server).judge(PAIR))).not.toContain(SECRET);
    }
    expect(server.requests.at(-1)?.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('that was cut off is asked once more, with a larger cap', async () => {
    server.trouble = 'truncated_once';
    const before = server.requests.length;
    const said = await judgeAt(server).judge(PAIR);
    expect(said).toMatchObject({ status: 'judged', outcome: 'primary', how: 'agreed', calls: 4 });
    expect(said.orders.map((one) => one.truncated)).toEqual([1, 1]);
    expect(said.orders.map((one) => one.finishReason)).toEqual(['stop', 'stop']);
    const caps = server.requests.slice(before).map(({ body }) => body['max_completion_tokens']);
    expect(caps).toEqual([1024, 4096, 1024, 4096]);
  });

  it('that refuses a field is asked without it, from then on', async () => {
    server.trouble = 'no_schema';
    const judge = judgeAt(server);
    expect(await judge.judge(PAIR)).toMatchObject({ status: 'judged', outcome: 'primary' });
    const before = server.requests.length;
    expect(await judge.judge({ ...PAIR, shadow: worseAnswer(1, 1) })).toMatchObject({ status: 'judged' });
    expect(server.requests.length - before).toBe(2);
    expect(server.requests.at(-1)?.body).not.toHaveProperty('response_format');
    expect(server.requests.at(-1)?.body).not.toHaveProperty('temperature');
  });

  it('stops when it is told to', async () => {
    server.trouble = 'slow';
    const said = await judgeAt(server).judge(PAIR, { signal: AbortSignal.abort() });
    expect(said).toMatchObject({ status: 'abstained', reason: 'cancelled', retryable: true });
  });
});

describe('what was paid for', () => {
  function memory(): JudgeMemory & { readonly kept: Map<string, OrderResult> } {
    const kept = new Map<string, OrderResult>();
    return {
      kept,
      get: async (key) => kept.get(key) ?? null,
      set: async (key, result) => {
        kept.set(key, result);
      },
    };
  }
  const facts = ({ status, calls, usage }: Judgement): unknown => [status, calls, usage.inputTokens];

  it('is not paid for again when a job is delivered again', async () => {
    const kept = memory();
    const judge = judgeAt(server);
    const first = await judge.judge(PAIR, { memory: kept });
    const before = server.requests.length;
    const again = await judge.judge(PAIR, { memory: kept });
    expect([facts(first), facts(again)]).toEqual([
      ['judged', 2, 200],
      ['judged', 0, 0],
    ]);
    expect(again).toMatchObject({ outcome: 'primary', score: 0 });
    expect(server.requests.length).toBe(before);
  });

  it('is one order, where the other failed', async () => {
    const kept = memory();
    const judge = judgeAt(server);
    const failing: JudgeMemory = {
      ...kept,
      set: async (key, result) => {
        await kept.set(key, result);
        server.trouble = 'broken';
      },
    };
    expect(await judge.judge(PAIR, { memory: failing })).toMatchObject({ status: 'abstained', reason: 'server' });
    server.trouble = null;
    expect(await judge.judge(PAIR, { memory: kept })).toMatchObject({ status: 'judged', calls: 1 });
    expect(kept.kept.size).toBe(2);
  });

  it('is not shared between judges, and a memory that is down costs no judgement', async () => {
    const kept = memory();
    await judgeAt(server).judge(PAIR, { memory: kept });
    const other = await judgeAt(server, { maxTokens: 2048 }).judge(PAIR, { memory: kept });
    expect(other.calls).toBe(2);
    const down: JudgeMemory = {
      get: () => Promise.reject(new Error('down')),
      set: () => Promise.reject(new Error('down')),
    };
    expect(await judgeAt(server).judge(PAIR, { memory: down })).toMatchObject({ status: 'judged', calls: 2 });
  });
});

describe('token mode', () => {
  it('reads a soft preference from the probabilities', async () => {
    const said = await judgeAt(server, { mode: 'token' }).judge(PAIR);
    expect(said).toMatchObject({ status: 'judged', outcome: 'primary', how: 'agreed', calls: 2 });
    expect(said.status === 'judged' && said.preference).toBeCloseTo(0.15, 9);
    const [body] = server.requests.slice(-1).map((each) => each.body);
    expect(body).toMatchObject({ logprobs: true, max_completion_tokens: 1 });
    expect(body).not.toHaveProperty('response_format');
  });
});
