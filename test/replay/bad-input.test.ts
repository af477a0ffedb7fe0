import type { Trial } from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import { exitOfError } from '../../packages/evaluator/src/cli/exit-codes.js';
import { replayed, runOfPolicy } from './run-replay.js';
import { answered, FAILED, lineOf, START, trialOf } from './trials.js';

const POLICY =
  'candidate: { model: small }\nsample: { rate: 1 }\npolicy: { minPairs: 300, gates: { errors: { margin: 0.05 } } }';
const RUN = runOfPolicy(POLICY);
const OTHER_RUN = '0123456789abcdef';
const MINUTE = 60_000;
const YEAR = 365 * 86_400_000;

const trials = (calls: number, change: (at: number) => object = () => ({})): readonly Trial[] =>
  Array.from({ length: calls }, (_, at) => trialOf({ at, run: RUN, ...change(at) }));
const good = (calls: number): readonly string[] => trials(calls).map(lineOf);

/** A good file with one line in its middle that is not. */
const spoiled = (line: string): readonly string[] => [...good(300), line, ...good(600).slice(300)];
const broken = (change: (json: string) => string): string =>
  `${change(JSON.stringify(trialOf({ at: 900, run: RUN })))}\n`;

describe('a replay of a good candidate', () => {
  it('is GO: whatever is not below is for the reason that is named', async () => {
    const { verdict, exit, report } = await replayed(good(600), POLICY);
    expect(verdict).toMatchObject({ state: 'go', pairs: 600 });
    expect(exit).toBe(0);
    expect(report.run).toBe(RUN);
  });

  it('is read in parts that end anywhere', async () => {
    const whole = await replayed(good(600), POLICY);
    const bytes = Buffer.from(good(600).join(''));
    const parts = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, at) =>
      bytes.subarray(777 * at, 777 * (at + 1)),
    );
    expect((await replayed(parts, POLICY)).json).toBe(whole.json);
    expect((await replayed([good(600).join('\r\n').trimEnd()], POLICY)).json).toBe(whole.json);
  });
});

describe('too little', () => {
  it('of one pair is HOLD', async () => {
    const { verdict, exit } = await replayed(good(1), POLICY);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(exit).toBe(2);
  });

  it.each([
    ['nothing', '', 'expected trials in lines of JSON: there is none'],
    ['empty lines', '\n\n  \n', 'expected trials in lines of JSON: there is none'],
    ['lines that are none', '{}\n17\n', 'none of 2 can be read (line 1: '],
  ])('to decide on, of %s, is no verdict', async (_, text, words) => {
    const failed = await replayed([text], POLICY, { lenient: true }).catch((error: unknown) => error);
    expect(String(failed)).toContain(words);
    expect(exitOfError(failed)).toBe(3);
  });

  it('and of no candidate at all, is none either, and invents none', async () => {
    const none = trials(3, () => ({ aa: answered('a') })).map(({ legs, ...trial }) =>
      lineOf({ ...trial, legs: { aa: legs['aa'] } }),
    );
    const policy = 'minPairs: 300\ngates: { errors: { margin: 0.05 } }';
    const failed = await replayed(none, policy).catch((error: unknown) => error);
    expect(String(failed)).toContain(`none of run ${RUN} has a leg of a candidate`);
    expect(exitOfError(failed)).toBe(3);
  });

  it('says why no pair counts, and nothing of slices that will close', async () => {
    const experiment = 'candidate: { model: small }\nsample: { rate: 1 }\n';
    const said = async (policy: string, candidate = 'candidate'): Promise<string> => {
      const lines = trials(40, () => ({ run: runOfPolicy(policy) })).map(lineOf);
      const { verdict, exit } = await replayed(
        lines.map((line) => line.replaceAll('"candidate":', `"${candidate}":`)),
        policy,
      );
      expect([verdict.state, exit]).toEqual(['hold', 2]);
      return verdict.sentence;
    };
    expect(await said(POLICY, 'large')).toBe(
      'HOLD: no pair counts: no line has a leg of candidate; there are legs of large.',
    );
    expect(await said(`${experiment}policy: { gates: { similarity: {}, latency_p95: {} } }`)).toBe(
      'HOLD: no pair counts: similarity needs the leg aa, which no line has, latency_p95 takes its threshold from the first 500 calls (`thresholdMs` gives it).',
    );
    expect(await said(`${experiment}policy: { gates: { validity: {} } }`)).toBe(
      'HOLD: no pair counts: no gate applies to any of the calls, or the incumbent failed in all.',
    );
  });

  it('is what is missing, however much there is of it', async () => {
    const missing = { status: 'missing', reason: 'shutdown' } as const;
    const { verdict } = await replayed(trials(600, () => ({ shadow: missing, aa: answered('a') })).map(lineOf), POLICY);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'lossy', pairs: 0 });
  });
});

describe('calls that fail', () => {
  it('all of them, at the incumbent too, are no standard', async () => {
    const { verdict, exit } = await replayed(
      trials(600, () => ({ primary: FAILED, shadow: FAILED })).map(lineOf),
      POLICY,
    );
    expect(verdict).toMatchObject({ state: 'hold', reason: 'inconclusive' });
    expect(exit).toBe(2);
  });

  it('at the candidate alone are NO_GO', async () => {
    const { verdict, exit } = await replayed(trials(600, () => ({ shadow: FAILED })).map(lineOf), POLICY);
    expect(verdict).toMatchObject({ state: 'no_go', reason: 'harm' });
    expect(exit).toBe(1);
  });
});

describe('clocks that jump', () => {
  it.each([
    ['into the future', { startedAt: START + 70 * YEAR }],
    ['into the past', { startedAt: START - 30 * YEAR }],
  ])('%s lose what was counted by them', async (_, { startedAt }) => {
    const lines = trials(600).map((trial, at) => lineOf(at % 20 === 0 ? { ...trial, startedAt } : trial));
    const { verdict, exit, report } = await replayed(lines, POLICY);
    expect(report.lines.brokenClocks).toBe(30);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'lossy' });
    expect(exit).toBe(2);
  });

  it('and go back count no call of a conversation twice', async () => {
    const cluster = 'aaaaaaaaaaaaaaaa';
    const back = trials(600, (at) => ({ cluster, startedAt: START + (at % 7) * MINUTE }));
    const { verdict } = await replayed(back.map(lineOf), POLICY);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient', pairs: 1 });
  });
});

describe('what comes twice', () => {
  it('counts once', async () => {
    const once = await replayed(good(200), POLICY);
    const { verdict, report } = await replayed([...good(200), ...good(200), ...good(200)], POLICY);
    expect(verdict).toEqual(once.verdict);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient', pairs: 200 });
    expect(report.lines).toMatchObject({ read: 600, repeated: 400 });
  });

  it('with something else in it says the same in any order', async () => {
    const [first = '', ...others] = trials(200, (at) => ({ shadow: at === 0 ? FAILED : answered('b') })).map(lineOf);
    const again = lineOf(trialOf({ at: 0, run: RUN }));
    const one = await replayed([first, again, ...others], POLICY);
    expect((await replayed([...others, again, first], POLICY)).json).toBe(one.json);
  });
});

describe('pairs of another run', () => {
  it('were gathered before the policy: nothing they say is a test', async () => {
    const { verdict, exit } = await replayed(trials(600, () => ({ run: OTHER_RUN })).map(lineOf), POLICY);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'exploratory', pairs: 600 });
    expect(exit).toBe(2);
  });

  it('decide where somebody vouches for the policy', async () => {
    const lines = trials(600, () => ({ run: OTHER_RUN })).map(lineOf);
    expect((await replayed(lines, POLICY, { declared: true })).verdict.state).toBe('go');
    // A policy that names no candidate has those of the pairs.
    const policy = 'minPairs: 300\ngates: { errors: { margin: 0.05 } }';
    expect((await replayed(lines, policy, { declared: true })).verdict.state).toBe('go');
    expect((await replayed(lines, policy)).verdict).toMatchObject({ state: 'hold', reason: 'exploratory' });
  });

  it('add nothing to those of the policy', async () => {
    const others = trials(600, () => ({ run: OTHER_RUN })).map(lineOf);
    const { verdict, report } = await replayed([...others, ...good(200)], POLICY);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient', pairs: 200 });
    expect(report.lines.otherRuns).toBe(600);
  });

  it('and of a third one are not mixed', async () => {
    const lines = trials(600, (at) => ({ run: at % 2 === 0 ? OTHER_RUN : 'fedcba9876543210' })).map(lineOf);
    const failed = await replayed(lines, POLICY).catch((error: unknown) => error);
    expect(String(failed)).toMatch(/0123456789abcdef: 300 lines, fedcba9876543210: 300 lines/);
    expect(exitOfError(failed)).toBe(3);
    const { verdict } = await replayed(lines, POLICY, { pairsOf: OTHER_RUN });
    expect(verdict).toMatchObject({ state: 'hold', pairs: 300 });
  });
});

it('names the same arms that nobody asked about, in whatever order they come', async () => {
  const lines = ['g', 'f', 'e', 'd', 'c', 'b', 'a'].map((arm, at) =>
    lineOf(trialOf({ at, run: RUN })).replace('"candidate":', `"other-${arm}":`),
  );
  const one = await replayed([...good(5), ...lines], POLICY);
  expect(one.report.otherArms).toEqual(['other-a', 'other-b', 'other-c', 'other-d', 'other-e']);
  expect((await replayed([...lines.toReversed(), ...good(5)], POLICY)).report.otherArms).toEqual(one.report.otherArms);
});

describe('a line that cannot be read', () => {
  const LINES: readonly (readonly [what: string, line: string, problem: RegExp])[] = [
    ['broken JSON', broken((json) => json.slice(0, 200)), /not JSON/],
    ['no object', '17\n', /expected an object/],
    ['another version', broken((json) => json.replace('"v":1', '"v":2')), /expected version 1/],
    ['a latency of NaN', broken((json) => json.replace('"durationMs":400', '"durationMs":NaN')), /not JSON/],
    ['an infinite latency', broken((json) => json.replace('"durationMs":400', '"durationMs":1e999')), /durationMs/],
    ['no latency', broken((json) => json.replace('"durationMs":400', '"durationMs":null')), /durationMs/],
    ['a negative latency', broken((json) => json.replace('"durationMs":400', '"durationMs":-4')), /durationMs/],
    ['an unknown scorer', broken((json) => `${json.slice(0, -1)},"scores":{"candidate":{"ab":{"x":1}}}}`), /scorer/],
    ['a score of 3', broken((json) => `${json.slice(0, -1)},"scores":{"candidate":{"ab":{"exact":3}}}}`), /scores/],
    ['10 MB', broken((json) => json.replace('answer 900', 'a'.repeat(10_000_000))), /longer than/],
  ];

  it.each(LINES)('%s: is named by its number, and nothing is decided', async (_, line, problem) => {
    const failed = await replayed(spoiled(line), POLICY).catch((error: unknown) => error);
    expect(String(failed)).toMatch(/line 301: /);
    expect(String(failed)).toMatch(problem);
    expect(exitOfError(failed)).toBe(3);
  });

  it.each(LINES)('%s: is left out where that is allowed, and nothing is GO then', async (_, line, problem) => {
    const { verdict, exit, report } = await replayed(spoiled(line), POLICY, { lenient: true });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'lossy', pairs: 600 });
    expect(exit).toBe(2);
    expect(report.lines).toMatchObject({ read: 600, unreadable: 1 });
    expect(report.problems).toEqual([{ line: 301, problem: expect.stringMatching(problem) as string }]);
  });

  it('in bytes that are no text is one as well', async () => {
    const input = [...good(300), Buffer.from([0xff, 0xfe, 0x0a]), ...good(600).slice(300)];
    await expect(replayed(input, POLICY)).rejects.toThrow(/line 301: not UTF-8/);
  });
});
