import { type ExperimentInput, resolveExperiment } from '@understudy/instrumentation/experiment';
import { expect, it } from 'vitest';
import { checkEmbeddings } from './embedding/embedder.js';
import { checkJudges } from './judging/run-judges.js';

const experiment = (name: string, change: Partial<ExperimentInput>) =>
  resolveExperiment({ name, candidate: { model: 'small' }, ...change });
const judge = { model: 'witness', baseUrl: 'http://judge.test/v1' };
const apiKey = { env: 'NO_SUCH_KEY' };

it('what cannot be used at start names its experiment: key, rubric, kin, embeddings', () => {
  const fine = experiment('fine', { judge });
  const check = (change: Partial<ExperimentInput>) => () =>
    checkJudges([fine, experiment('broken', change)], 'file.yaml', () => undefined);
  expect(check({ judge })).not.toThrow();
  const key = 'expected the key for witness in the environment variable NO_SUCH_KEY';
  expect(check({ judge: { ...judge, apiKey } })).toThrow(`experiment broken: judge.apiKey cannot be used:\n  - ${key}`);
  expect(check({ judge: { ...judge, rubric: 'nosuch' } })).toThrow('experiment broken: judge.rubric cannot be used');
  expect(check({ judge: { ...judge, model: 'small' } })).toThrow('experiment broken: judge.model cannot be used');
  const embedded = experiment('broken', { embeddings: { model: 'e', baseUrl: judge.baseUrl, apiKey } });
  expect(() => checkEmbeddings([fine, embedded], () => undefined)).toThrow('experiment broken: embeddings.apiKey');
});

it('a judge whose price nobody knows is found at start, where its calls are counted', () => {
  const check = (change: Partial<ExperimentInput>) => () =>
    checkJudges([experiment('unpriced', change)], 'file.yaml', () => undefined);
  const said = 'no price is known for the judge witness: add `"witness": { input: ..., output: ... }`';
  expect(check({ judge, budget: { usd: 1 } })).toThrow(
    `experiment unpriced: budget.prices cannot be used:\n  - ${said}`,
  );
  expect(check({ judge: { ...judge, usdPerHour: 1 } })).toThrow(said);
  expect(check({ judge, budget: { usd: 1, prices: { 'wit*': { input: 0, output: 0 } } } })).not.toThrow();
  expect(check({ judge: { ...judge, model: 'gpt-4o' }, budget: { usd: 1 } })).not.toThrow();
});
