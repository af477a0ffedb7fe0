import { describe, expect, it } from 'vitest';
import { boundsOf } from './bounds.js';
import type { ExperimentInput } from './definition.js';
import type { JudgeInput } from './judging.js';
import { resolveExperiment, resolveRun } from './resolve.js';
import { runOf } from './run.js';

const KEY = { env: 'JUDGE_KEY' };
const ONE: JudgeInput = { model: 'judge-1', apiKey: KEY };
const experiment = (judge: JudgeInput | null, change: Partial<ExperimentInput> = {}) =>
  resolveExperiment({ name: 'judged', candidate: { model: 'small' }, judge, ...change });
const issues = (judge: JudgeInput, change: Partial<ExperimentInput> = {}): string => {
  try {
    experiment(judge, change);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('a judge in the configuration', () => {
  it('is none where none is named, and the run is what it was before there were judges', () => {
    expect(experiment(null).judge).toBeNull();
    expect(runOf(experiment(null)).definition.judge).toBeNull();
    expect(boundsOf(experiment(null))).not.toHaveProperty('judging');
  });

  it('has every default resolved; the least probability is that of the least judged stratum', () => {
    const { judge } = experiment({ ...ONE, rate: 0.5, strata: [{ below: 0.3, rate: 0.2 }] }, { piMin: 0.1 });
    expect(judge).toMatchObject({
      kind: 'one',
      models: [
        { model: 'judge-1', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: KEY, enough: null },
      ],
      rubric: 'helpfulness',
      canaries: { count: 200, rate: 0.01 },
      labels: { rate: 0.1, deadlineMs: 259_200_000 },
    });
    expect(judge?.piMin).toBeCloseTo(0.02, 12);
  });

  it('gives the members of a jury and a cascade what is beside them, and a key only to the place it is for', () => {
    const baseUrl = 'https://gateway.test/v1';
    const cascade = experiment({
      baseUrl,
      apiKey: KEY,
      cascade: [
        { model: 'cheap', enough: 0.9 },
        { model: 'claude-x', dialect: 'anthropic', apiKey: { file: 'k' } },
      ],
    }).judge;
    expect(cascade).toMatchObject({
      kind: 'cascade',
      models: [
        { baseUrl, apiKey: KEY, enough: 0.9 },
        { baseUrl: 'https://api.anthropic.com', apiKey: { file: 'k' }, enough: null },
      ],
    });
    const jury = experiment({
      baseUrl,
      apiKey: KEY,
      jury: [{ model: 'a' }, { model: 'b', baseUrl: 'http://own.test' }],
    });
    expect(jury.judge?.models.map(({ apiKey }) => apiKey)).toEqual([KEY, null]);
  });

  it('is a part of the run by all that decides, and by nothing else', () => {
    const id = (judge: JudgeInput): string => runOf(experiment(judge)).id;
    const same: readonly JudgeInput[] = [{ concurrency: 9 }, { perMinute: 10 }, { usdPerHour: 1 }, { timeoutMs: 5 }];
    const other: readonly JudgeInput[] = [{ rubric: './own.yaml' }, { version: '2' }, { mode: 'token' }, { rate: 0.5 }];
    expect(same.filter((change) => id({ ...ONE, ...change }) !== id(ONE))).toEqual([]);
    expect(other.filter((change) => id({ ...ONE, ...change }) === id(ONE))).toEqual([]);
    const run = runOf(experiment({ ...ONE, jury: undefined as never }));
    const { id: named, experiment: name, definition } = run;
    expect(resolveRun({ run: named, experiment: name, definition: JSON.parse(JSON.stringify(definition)) })).toEqual(
      run,
    );
  });

  it('decides beside the gates of a policy of its own, unless that says that it is not to', () => {
    const gates = (own: NonNullable<ExperimentInput['policy']>['gates'], judge: JudgeInput | null = ONE) =>
      experiment(judge, own === undefined ? {} : { policy: { gates: own } }).policy.gates;
    expect(gates(undefined)).toHaveProperty('win_rate', { margin: 0.05 });
    expect(gates({ errors: {} })).toEqual({ errors: { margin: 0.01 }, win_rate: { margin: 0.05 } });
    expect(gates({ errors: {}, win_rate: { margin: 0.1 } })).toHaveProperty('win_rate', { margin: 0.1 });
    expect(gates({ errors: {}, win_rate: false })).toEqual({ errors: { margin: 0.01 }, win_rate: false });
    expect(gates({ errors: {} }, null)).toEqual({ errors: { margin: 0.01 } });
    expect(gates({ errors: {}, win_rate: false }, null)).toEqual({ errors: { margin: 0.01 } });
    const off = runOf(experiment(ONE, { policy: { gates: { errors: {}, win_rate: false } } }));
    const { id: run, experiment: named, definition } = off;
    expect(off.id).not.toBe(runOf(experiment(ONE, { policy: { gates: { errors: {} } } })).id);
    expect(resolveRun({ run, experiment: named, definition: JSON.parse(JSON.stringify(definition)) })).toEqual(off);
  });

  it('is announced with what bounds it, and the budget it shares', () => {
    const { judging } = boundsOf(experiment({ ...ONE, usdPerHour: 2 }, { budget: { usd: 5 } }));
    expect(judging).toMatchObject({ concurrency: 4, usdPerHour: 2, budget: { usd: 5 } });
  });

  it.each<readonly [JudgeInput, Partial<ExperimentInput>, string]>([
    [{}, {}, 'expected one of `model`, `jury` and `cascade`, got nothing'],
    [{ ...ONE, jury: [{ model: 'a' }, { model: 'b' }] }, {}, 'got `model` and `jury`'],
    [ONE, { content: 'features', policy: { gates: { errors: {} } } }, 'judge: it reads texts'],
    [{ model: 'judge-1' }, {}, 'judge.apiKey: expected the key for https://api.openai.com/v1'],
    [{ model: 'claude-x', apiKey: KEY }, {}, 'judge.dialect: expected `anthropic`'],
    [{ ...ONE, dialect: 'anthropic', mode: 'token' }, {}, 'judge.mode: expected `reasoned`'],
    [
      {
        ...ONE,
        strata: [
          { below: 0.5, rate: 1 },
          { below: 0.3, rate: 1 },
        ],
      },
      {},
      'judge.strata.1.below',
    ],
    [{ ...ONE, piMin: 0.9 }, {}, "judge.piMin: expected at most the experiment's piMin (0.1)"],
    [{ ...ONE, rate: 0 }, {}, 'judge.rate'],
    [ONE, { policy: { gates: { win_rate: false } } }, 'policy.gates: expected at least one gate'],
    [
      ONE,
      { policy: { gates: { win_rate: { margin: 0.5 } } } },
      'policy.gates.win_rate.margin: expected number to be <=0.499, got 0.5',
    ],
    [ONE, { policy: { gates: { errors: {}, win_rate: true as never } } }, 'policy.gates.win_rate: expected { margin'],
    [{ ...ONE, baseUrl: 'ftp://x' }, {}, 'judge.baseUrl: expected an http or https URL'],
  ])('%j is refused', (judge, change, message) => {
    expect(issues(judge, change)).toContain(message);
  });

  it('repeats no key that was written into the file', () => {
    const message = issues({ model: 'm', apiKey: 'sk-secret' as never });
    expect(message).toContain('judge.apiKey: expected { env: NAME } or { file: PATH }');
    expect(message).not.toContain('sk-secret');
  });
});
