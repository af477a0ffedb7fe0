import { describe, expect, it } from 'vitest';
import { boundsOf } from './bounds.js';
import type { ExperimentInput } from './definition.js';
import type { EmbeddingsInput } from './embeddings.js';
import { resolveExperiment, resolveRun } from './resolve.js';
import { runOf } from './run.js';

const KEY = { env: 'EMBEDDING_KEY' };
const ONE: EmbeddingsInput = { model: 'embed-1', apiKey: KEY };
const experiment = (embeddings: EmbeddingsInput | null, change: Partial<ExperimentInput> = {}) =>
  resolveExperiment({ name: 'embedded', candidate: { model: 'small' }, embeddings, ...change });
const issues = (embeddings: EmbeddingsInput | null, change: Partial<ExperimentInput> = {}): string => {
  try {
    experiment(embeddings, change);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('embeddings in the configuration', () => {
  it('are none where none are named, and the run is what it was', () => {
    expect(experiment(null).embeddings).toBeNull();
    expect(runOf(experiment(null)).definition).not.toHaveProperty('embeddings');
    expect(boundsOf(experiment(null))).not.toHaveProperty('embedding');
  });

  it('have every default resolved', () => {
    expect(experiment(ONE).embeddings).toEqual({
      model: 'embed-1',
      baseUrl: 'https://api.openai.com/v1',
      apiKey: KEY,
      dimensions: null,
      batchSize: 32,
      concurrency: 2,
      timeoutMs: 10_000,
      deadlineMs: 20_000,
    });
  });

  it('are a part of the run by what decides, and are announced with what bounds them', () => {
    const id = (embeddings: EmbeddingsInput): string => runOf(experiment(embeddings)).id;
    const same: readonly EmbeddingsInput[] = [
      { ...ONE, batchSize: 1 },
      { ...ONE, concurrency: 9 },
      { ...ONE, timeoutMs: 5 },
      { ...ONE, deadlineMs: 5 },
    ];
    const other: readonly EmbeddingsInput[] = [
      { ...ONE, model: 'embed-2' },
      { ...ONE, dimensions: 256 },
      { ...ONE, baseUrl: 'http://own.test/v1' },
    ];
    expect(same.filter((one) => id(one) !== id(ONE))).toEqual([]);
    expect(other.filter((one) => id(one) === id(ONE))).toEqual([]);
    const run = runOf(experiment(ONE));
    const { definition } = run;
    const announced = { run: run.id, experiment: run.experiment, definition: JSON.parse(JSON.stringify(definition)) };
    expect(resolveRun(announced)).toEqual(run);
    expect(boundsOf(experiment(ONE, { budget: { usd: 5 } })).embedding).toMatchObject({
      batchSize: 32,
      budget: { usd: 5 },
    });
  });

  it.each<readonly [string, EmbeddingsInput | null, Partial<ExperimentInput>]>([
    ['embeddings.apiKey: expected the key for https://api.openai.com/v1', { model: 'm' }, {}],
    ['with `content: features` none leave the service', ONE, { content: 'features' }],
    [
      'embeddings.deadlineMs: expected less than slice.deadlineMs - shadow.timeoutMs',
      { ...ONE, deadlineMs: 90_000 },
      {},
    ],
    [
      'similarity.scorer: `embedding` compares vectors',
      null,
      { policy: { gates: { similarity: { scorer: 'embedding' } } } },
    ],
    [
      'agreement.scorer: `embedding` compares vectors',
      null,
      { policy: { gates: { agreement: { scorer: 'embedding' } } } },
    ],
    ['embeddings.apiKey: expected { env: NAME }', { ...ONE, apiKey: 'sk-1' as never }, {}],
    ['embeddings.dimensions', { ...ONE, dimensions: 0 }, {}],
    ['embeddings.baseUrl: expected no credentials', { ...ONE, baseUrl: 'https://a:b@own.test/v1' }, {}],
  ])('are refused: %s', (issue, embeddings, change) => {
    const said = issues(embeddings, change);
    expect(said).toContain(issue);
    expect(said).not.toContain('sk-1');
  });

  it('may be what a gate compares by', () => {
    const gates = { similarity: { scorer: 'embedding' }, agreement: { scorer: 'language' } } as const;
    expect(issues(ONE, { policy: { gates } })).toBe('');
  });
});
