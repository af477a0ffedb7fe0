import { describe, expect, it } from 'vitest';
import { createCascade } from './cascade.js';
import type { Judge } from './judge.js';
import type { OrderResult } from './judgement.js';
import { createJury } from './jury.js';
import { loadRubric } from './load-rubric.js';
import type { ModelClient, ModelQuestion, ModelReply } from './model-client.js';
import { createModelJudge, type ModelJudgeOptions } from './model-judge.js';

const PAIR = { request: '[user]\nWhich?', primary: 'the first answer', shadow: 'the second one' };
const RUBRIC = loadRubric('helpfulness');

type Sides = 'primary' | 'shadow' | 'tie' | 'A' | 'B';

function replyOf(verdict: string, confidence: number): ModelReply {
  const text = JSON.stringify({ reasoning: 'so', verdict, confidence });
  return {
    status: 'ok',
    text,
    finish: 'stop',
    finishReason: 'stop',
    model: null,
    usage: { inputTokens: 10, outputTokens: 1 },
  };
}

/** A model that sees through the blinding: it names a side, or a place. */
function saying(
  named: Sides,
  confidence = 1,
  model = `says ${named} ${confidence}`,
): ModelClient & { asked: ModelQuestion[] } {
  const asked: ModelQuestion[] = [];
  return {
    identity: { provider: 'here', model },
    asked,
    ask: async (question) => {
      asked.push(question);
      const primaryFirst = question.user.indexOf(PAIR.primary) < question.user.indexOf(PAIR.shadow);
      if (named === 'tie') return replyOf('TIE', confidence);
      if (named === 'A' || named === 'B') return replyOf(named, confidence);
      return replyOf((named === 'primary') === primaryFirst ? 'A' : 'B', confidence);
    },
  };
}

const judging = (named: Sides, confidence?: number): Judge => createModelJudge(saying(named, confidence), RUBRIC);
const broken = (message = 'key sk-1'): Judge =>
  createModelJudge(
    { identity: { provider: 'here', model: `broken ${message}` }, ask: () => Promise.reject(new Error(message)) },
    RUBRIC,
  );
/** A model that will never answer. */
const refusing = (): Judge =>
  createModelJudge(
    {
      identity: { provider: 'here', model: 'refusing' },
      ask: async () => ({ status: 'failed', kind: 'refused', detail: 'no', code: 400, retryAfterMs: null }),
    },
    RUBRIC,
  );

describe('a pair', () => {
  it.each([
    ['primary', 'primary', 0, 'agreed'],
    ['shadow', 'shadow', 1, 'agreed'],
    ['tie', 'tie', 0.5, 'agreed'],
    ['A', 'tie', 0.5, 'disagreed'],
    ['B', 'tie', 0.5, 'disagreed'],
  ] as const)('of which the judge names %s in both orders is %s', async (named, outcome, score, how) => {
    expect(await judging(named, 0.7).judge(PAIR)).toMatchObject({
      status: 'judged',
      outcome,
      score,
      how,
      confidence: how === 'agreed' ? 0.7 : 0,
      calls: 2,
      usage: { inputTokens: 20, outputTokens: 2 },
    });
  });

  it.each([
    ['same', ' same\n'],
    ['{"a":1,"b":[2]}', '{ "b": [2], "a": 1 }'],
    ['caf\u00e9', 'cafe\u0301'],
  ])('of equal answers is a tie without a call: %j and %j', async (primary, shadow) => {
    const client = saying('A');
    const judge = createModelJudge(client, RUBRIC);
    const pair = { request: 'x', primary, shadow };
    expect(await judge.judge(pair)).toMatchObject({ outcome: 'tie', how: 'exact', calls: 0, orders: [] });
    expect(client.asked).toHaveLength(0);
    expect(await judge.judge(pair, { askAboutEqual: true })).toMatchObject({ how: 'disagreed', calls: 2 });
  });

  it('is fenced with another nonce in each call, and names neither model nor role', async () => {
    const client = saying('primary');
    await createModelJudge(client, RUBRIC).judge(PAIR);
    const nonces = client.asked.map(({ user }) => /^<<<REQUEST ([0-9a-f]{16})$/m.exec(user)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces).not.toContain(undefined);
    for (const { system, user } of client.asked) {
      const ours = `${system}\n${user}`.replace('the first answer', '').replace('the second one', '');
      expect(ours).not.toMatch(/primary|shadow|candidate|incumbent|says primary/i);
      expect(system.indexOf('"reasoning"')).toBeLessThan(system.indexOf('"verdict"'));
    }
  });

  it('whose text holds the nonce gets another; a source that has no other costs the judgement, not the process', async () => {
    const draws = ['the first', 'aaaa', 'the second', 'bbbb'];
    const client = saying('shadow');
    const options: ModelJudgeOptions = { nonce: () => draws.shift() ?? '' };
    expect(await createModelJudge(client, RUBRIC, options).judge(PAIR)).toMatchObject({ outcome: 'shadow' });
    expect(client.asked.map(({ user }) => user.slice(0, 15))).toEqual(['<<<REQUEST aaaa', '<<<REQUEST bbbb']);
    const stuck = createModelJudge(client, RUBRIC, { nonce: () => 'answer' });
    expect(await stuck.judge(PAIR)).toMatchObject({ status: 'abstained' });
  });

  it('is asked about once, and once more under another name', async () => {
    const kept = new Map<string, OrderResult>();
    const memory = {
      get: async (key: string) => kept.get(key) ?? null,
      set: async (key: string, result: OrderResult) => void kept.set(key, result),
    };
    const client = saying('primary');
    const judge = createModelJudge(client, RUBRIC);
    const asked = async (question?: string): Promise<number> => {
      const before = client.asked.length;
      await judge.judge(PAIR, question === undefined ? { memory } : { memory, question });
      return client.asked.length - before;
    };
    expect([await asked(), await asked(), await asked('a'), await asked('a'), await asked('b')]).toEqual([
      2, 0, 2, 0, 2,
    ]);
  });

  it('that is long is cut in the middle, alike on both sides, and says so', async () => {
    const client = saying('tie');
    const judge = createModelJudge(client, RUBRIC, { limits: { answer: 100 } });
    const said = await judge.judge({ ...PAIR, shadow: `begin ${'x'.repeat(5000)} end` });
    expect(said.cut).toEqual(['shadow']);
    const { user = '', system = '' } = client.asked[0] ?? {};
    expect(user).toContain('begin xxx');
    expect(user).toContain('xxx end');
    expect(user).toMatch(/\[\.\.\. 49\d\d characters left out \.\.\.\]/);
    expect(system).toContain('shortened in the middle');
    expect(user.length).toBeLessThan(1000);
  });

  it('is not judged by a client that throws, whose words go nowhere', async () => {
    const said = await broken().judge(PAIR);
    expect(said).toMatchObject({ status: 'abstained', reason: 'network', retryable: true, calls: 1 });
    expect(JSON.stringify(said)).not.toContain('sk-1');
  });

  it('costs no more than was said before', async () => {
    const client = saying('primary');
    const judge = createModelJudge(client, RUBRIC);
    await judge.judge({
      request: 'q'.repeat(40_000),
      primary: 'a'.repeat(40_000),
      shadow: 'b'.repeat(40_000),
      reference: 'c'.repeat(40_000),
    });
    const length = client.asked.reduce((sum, { system, user }) => sum + system.length + user.length, 0);
    expect(length).toBeLessThanOrEqual(judge.most.inputLength / 2);
    expect(judge.most).toMatchObject({ calls: 4, outputTokens: 2 * (1024 + 4096) });
  });
});

describe('a judge', () => {
  it('is named by all that decides', () => {
    const hashes = [
      createModelJudge(saying('A'), RUBRIC),
      createModelJudge(saying('B'), RUBRIC),
      createModelJudge(saying('A'), { ...RUBRIC, version: 2 }),
      createModelJudge(saying('A'), RUBRIC, { mode: 'token' }),
      createModelJudge(saying('A'), RUBRIC, { limits: { answer: 10 } }),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(5);
    expect(createModelJudge(saying('A'), RUBRIC).hash).toBe(hashes[0]);
  });

  it('is refused with an option out of range', () =>
    expect(() => createModelJudge(saying('A'), RUBRIC, { maxTokens: 0 })).toThrow(/maxTokens: expected an integer/));
});

describe('a jury', () => {
  it.each([
    [['shadow', 'shadow', 'primary'], 'shadow', 2 / 3],
    [['shadow', 'tie', 'primary'], 'tie', 1 / 3],
    [['shadow', 'A', 'B'], 'tie', 2 / 3],
    [['shadow', 'primary', 'shadow'], 'shadow', 2 / 3],
  ] as const)('of %j says %s', async (named, outcome, share) => {
    const jury = createJury(named.map((each, at) => judging(each, 0.5 + at / 10)));
    const said = await jury.judge(PAIR);
    expect(said).toMatchObject({ status: 'judged', outcome, how: 'majority', calls: 6 });
    expect(said.status === 'judged' && said.confidence).toBeCloseTo(share, 12);
    expect(said.members.map((each) => each.orders.length)).toEqual([2, 2, 2]);
  });

  it('abstains without most of its members', async () => {
    const jury = createJury([judging('shadow'), broken('a'), broken('b')]);
    expect(await jury.judge(PAIR)).toMatchObject({
      status: 'abstained',
      reason: 'no_quorum',
      retryable: true,
      calls: 4,
    });
    const most = createJury([judging('shadow'), judging('shadow', 0.9), refusing()]);
    expect(await most.judge(PAIR)).toMatchObject({ status: 'judged', outcome: 'shadow', confidence: 1 });
  });

  it('is not decided without a member that may still answer', async () => {
    const jury = createJury([judging('shadow'), judging('shadow', 0.9), broken('a')]);
    expect(await jury.judge(PAIR)).toMatchObject({ status: 'abstained', reason: 'no_quorum', retryable: true });
  });

  it('is refused with one judge twice', () => {
    expect(() => createJury([judging('A'), judging('A')])).toThrow(/different judges/);
    expect(() => createJury([judging('A')])).toThrow(/two or more/);
  });
});

describe('a cascade', () => {
  const strong = saying('primary', 1, 'strong');
  const cascade = (first: Judge): Judge =>
    createCascade([{ judge: first, enough: 0.8 }], createModelJudge(strong, RUBRIC));

  it.each([
    ['is sure', judging('shadow', 0.9), 'shadow', 2],
    ['is not', judging('shadow', 0.5), 'primary', 4],
    ['contradicts itself', judging('A', 1), 'primary', 4],
    ['abstains for good', refusing(), 'primary', 3],
  ] as const)('asks the stronger judge where the first %s', async (_, first, outcome, calls) => {
    const said = await cascade(first).judge(PAIR);
    expect(said).toMatchObject({ status: 'judged', outcome, calls });
    expect(said.members).toHaveLength(calls === 2 ? 1 : 2);
  });

  it('waits for a step that may still answer, and asks nobody else meanwhile', async () => {
    const before = strong.asked.length;
    const said = await cascade(broken()).judge(PAIR);
    expect(said).toMatchObject({ status: 'abstained', reason: 'network', retryable: true, calls: 1 });
    expect(strong.asked.length).toBe(before);
  });

  it('abstains with its last judge: doubts of the first are no judgement', async () => {
    const said = await createCascade([{ judge: judging('shadow', 0.5), enough: 0.8 }], broken()).judge(PAIR);
    expect(said).toMatchObject({ status: 'abstained', reason: 'network' });
  });

  it('has a hash of its own, a sum of costs, and all models to be checked', () => {
    const judge = cascade(judging('A'));
    expect(judge.hash).not.toBe(judging('A').hash);
    expect(judge.most.calls).toBe(8);
    expect(judge.models.map(({ model }) => model)).toEqual(['says A 1', 'strong']);
    expect(() => createCascade([{ judge: judging('A'), enough: 2 }], judging('B'))).toThrow(/confidence in \[0,1\]/);
  });
});
