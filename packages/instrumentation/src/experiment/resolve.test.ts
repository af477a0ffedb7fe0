import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import { resolveConfig, resolveExperiment, resolveRun } from './resolve.js';
import { runId, runOf } from './run.js';
import { parseConfigYaml } from './yaml.js';

const minimal = { name: 'support-mini', candidate: { model: 'small' }, content: 'full' } as const;

function issuesOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
  throw new Error('expected a ConfigurationError');
}

describe('resolveExperiment', () => {
  it('fills in every default', () => {
    const experiment = resolveExperiment(minimal);
    expect(experiment.candidates).toEqual({ candidate: { model: 'small' } });
    expect(experiment.slice).toEqual({ lengthMs: 60_000, deadlineMs: 150_000 });
    expect(experiment.piMin).toBe(0.1);
    expect(experiment.policy).toEqual({
      alpha: 0.05,
      minPairs: 1000,
      minCoverage: 0.9,
      gates: {
        errors: { margin: 0.01 },
        similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
        latency_p95: { ratio: 1.2 },
      },
    });
  });

  it('gives the gates on refusals, validity and form their defaults, and a floor needs no A/A legs', () => {
    const gates = { refusals: {}, validity: { labels: ['yes', 'no'] }, length: {}, structure: { floor: 0.9 } };
    expect(resolveExperiment({ ...minimal, policy: { gates } }).policy.gates).toEqual({
      refusals: { margin: 0.01 },
      validity: { margin: 0.02, labels: ['yes', 'no'] },
      length: { margin: 0.05, insensitiveBelow: 0.3 },
      structure: { margin: 0.05, insensitiveBelow: 0.3, floor: 0.9 },
    });
    const floor = { policy: { gates: { structure: { floor: 0.9 } } }, noise: { rate: 0 } };
    expect(() => resolveExperiment({ ...minimal, ...floor })).not.toThrow();
  });

  it('gives gates on cost, tokens and timeouts their defaults, but for the most one call may take', () => {
    const gates = { timeouts: {}, cost: { mostPerCall: 0.05 }, tokens: { ratio: 0.8, mostPerCall: 9000 } };
    expect(resolveExperiment({ ...minimal, policy: { gates } }).policy.gates).toEqual({
      timeouts: { margin: 0.01 },
      cost: { ratio: 1.2, mostPerCall: 0.05 },
      tokens: { ratio: 0.8, mostPerCall: 9000 },
    });
    expect(
      issuesOf(() => resolveExperiment({ ...minimal, policy: { gates: { cost: {}, tokens: { ratio: 1 } } } })),
    ).toEqual([
      'policy.gates.cost.mostPerCall: expected the most one shadow may take, in US dollars, such as `understudy plan` proposes from pairs of a run without this gate, got nothing',
      'policy.gates.tokens.mostPerCall: expected the most one shadow may take, in tokens, such as `understudy plan` proposes from pairs of a run without this gate, got nothing',
    ]);
    expect(issuesOf(() => resolveExperiment({ ...minimal, policy: { gates: { cost: { mostPerCall: 0 } } } }))).toEqual([
      expect.stringContaining('policy.gates.cost.mostPerCall'),
    ]);
  });

  it('names the field, what was expected and what was got', () => {
    expect(issuesOf(() => resolveExperiment({ ...minimal, sample: { rate: 1.5 } }))).toEqual([
      'sample.rate: expected number to be <=1, got 1.5',
    ]);
    expect(issuesOf(() => resolveExperiment({ ...minimal, sampel: {}, match: { modell: 'x' } }))).toEqual([
      'match: expected only operation, model, got modell',
      expect.stringMatching(/^the whole: expected only name, enabled, .*sample, .*, got sampel$/),
    ]);
    expect(issuesOf(() => resolveExperiment(null))).toEqual(['the whole: expected object, got null']);
  });

  it.each([
    [{ content: 'most' }, 'content'],
    [{ content: 'none' }, 'content: redacted'],
    [{ noise: { rate: 0 } }, 'noise.rate'],
    [{ candidate: undefined }, 'candidate: expected'],
    [{ candidates: { aa: {} }, candidate: undefined }, 'reserved'],
    [{ candidate: { apiKey: 'sk-123' } }, 'secrets are named'],
    [{ candidate: { headers: { Authorization: 'Bearer x' } } }, 'apiKey'],
    [{ candidate: { headers: { 'Ocp-Apim-Subscription-Key': 'x' } } }, 'apiKey'],
    [{ candidate: { headers: { 'x-auth-token': 'x' } } }, 'apiKey'],
    [{ candidate: { headers: { 'transfer-encoding': 'chunked' } } }, 'connection'],
    [{ candidate: { baseUrl: 'https://user:pw@host/v1' } }, 'no credentials'],
    [{ candidate: { dialect: 'anthropic-messages' } }, 'candidates.candidate.baseUrl'],
    [{ candidate: { keyHeader: 'x-gateway-key' } }, 'candidates.candidate.apiKey'],
    [{ candidate: { query: { key: 'x' } } }, 'apiKey'],
    [{ candidate: { query: { 'access-token': 'x' } } }, 'apiKey'],
    [{ candidate: { system: { insert: 'x' } } }, '{ prepend: TEXT }'],
    [{ candidate: { omit: 'seed' } }, 'omit'],
    [{ policy: { gates: {} } }, 'at least one gate'],
    [{ policy: { gates: { win_rate: {} } } }, 'win_rate'],
    [{ policy: { gates: { agreement: { margin: 0.3 } } } }, 'insensitiveBelow'],
    [{ policy: { gates: { structure: { floor: 0.05 } } } }, 'structure.floor'],
    [{ policy: { gates: { length: {} } }, noise: { rate: 0 } }, 'noise.rate'],
    [{ policy: { gates: { refusals: {} } }, content: 'features' }, 'content: redacted'],
    [{ policy: { gates: { validity: { labels: [] } } } }, 'labels'],
    [{ policy: { gates: { errors: { margin: 0.51 } } } }, 'margin'],
    [{ policy: { gates: { latency_p95: { ratio: 1 } } } }, 'ratio'],
    [{ shadow: { timeoutMs: 5000 }, slice: { deadlineMs: 5000 } }, 'slice.deadlineMs'],
    [{ policy: { fullDay: true }, slice: { lengthMs: 7_200_000 } }, 'slice.lengthMs'],
    [{ sample: { rate: 0.1 }, piMin: 0.5 }, 'piMin'],
  ])('refuses %j', (change, expected) => {
    expect(issuesOf(() => resolveExperiment({ ...minimal, ...change })).join('\n')).toContain(expected);
  });

  const WHERE = [
    ['candidates.mini.baseUrl', (baseUrl: string) => ({ candidate: undefined, candidates: { mini: { baseUrl } } })],
    ['judge.baseUrl', (baseUrl: string) => ({ judge: { model: 'j', baseUrl } })],
    ['judge.jury.0.baseUrl', (baseUrl: string) => ({ judge: { jury: [{ model: 'j', baseUrl }, { model: 'k' }] } })],
    ['embeddings.baseUrl', (baseUrl: string) => ({ embeddings: { model: 'e', baseUrl } })],
  ] as const;
  it.each(WHERE)('names %s, what is expected and what of the URL is no secret', (field, change) => {
    const said = (url: string): readonly string[] => issuesOf(() => resolveExperiment({ ...minimal, ...change(url) }));
    for (const url of ['127.0.0.1:4999/v1', 'localhost:4999/v1', 'http://', 'http//host/v1', 'http://host:99999/v1'])
      expect(said(url)).toEqual([
        `${field}: expected an http or https URL, such as http://localhost:8000/v1, got ${url}`,
      ]);
    expect(said('user:hunter2@127.0.0.1/v1')).toEqual([expect.stringMatching(/ got …@127\.0\.0\.1\/v1$/)]);
    expect(said('https://user:hunter2@host/v1?key=hunter2')).toEqual([
      expect.stringMatching(/no credentials.* got https:\/\/…@host\/v1$/),
    ]);
    expect(said('sk-hunter2')).toEqual([expect.stringMatching(/ got a string$/)]);
  });

  it('never repeats a secret written in the wrong place beyond the field it is in', () => {
    const issues = issuesOf(() => resolveExperiment({ ...minimal, candidate: { apiKey: 'sk-very-secret' } }));
    expect(issues.join()).not.toContain('sk-very-secret');
  });
});

describe('runOf', () => {
  it('is the same run whatever the sample rate, once piMin is declared', () => {
    const a = runOf(resolveExperiment({ ...minimal, piMin: 0.01, sample: { rate: 0.1 } }));
    const b = runOf(resolveExperiment({ ...minimal, piMin: 0.01, sample: { rate: 0.9 } }));
    expect(a.id).toBe(b.id);
    expect(a.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is another run under another name', () => {
    expect(runOf(resolveExperiment({ ...minimal, name: 'other' })).id).not.toBe(runOf(resolveExperiment(minimal)).id);
  });

  it('is another run for another margin', () => {
    const a = runOf(resolveExperiment(minimal));
    const b = runOf(resolveExperiment({ ...minimal, policy: { gates: { errors: { margin: 0.02 } } } }));
    expect(a.id).not.toBe(b.id);
  });

  it('is read back from its announcement, and only with the right id', () => {
    const run = runOf(resolveExperiment(minimal));
    const announced = JSON.parse(
      JSON.stringify({ run: run.id, experiment: run.experiment, definition: run.definition }),
    ) as {
      run: string;
      experiment: string;
      definition: unknown;
    };
    expect(resolveRun(announced)).toEqual(run);
    expect(issuesOf(() => resolveRun({ ...announced, run: '0'.repeat(16) }))[0]).toContain('hash');
    expect(issuesOf(() => resolveRun({ ...announced, definition: { v: 9 } })).length).toBeGreaterThan(0);
  });

  it('is refused where its name or its times are none that a configuration could have', () => {
    const run = runOf(resolveExperiment(minimal));
    const name = 'x\u001b]0;owned\u0007\u001b[2J';
    const id = runId(name, run.definition);
    expect(issuesOf(() => resolveRun({ run: id, experiment: name, definition: run.definition }))[0]).toContain(
      '1 to 64 letters',
    );
    const long = { ...run.definition, slice: { lengthMs: 60_000, deadlineMs: 9e15 } };
    const late = { run: runId(run.experiment, long), experiment: run.experiment, definition: long };
    expect(issuesOf(() => resolveRun(late))[0]).toContain('slice.deadlineMs');
  });
});

describe('what an error repeats', () => {
  it.each([
    { ...minimal, candidate: { model: 'm', apiKey: 'sk-secret' }, unknown: 1 },
    { ...minimal, candidate: { model: 'm', apiKey: 'sk-secret', unknown: 1 } },
    { ...minimal, candidates: [{ apiKey: 'sk-secret' }] },
    { candidate: { headers: { 'x-token': 'sk-secret' } } },
    [{ apiKey: 'sk-secret' }],
  ])('is never a key that was written in the wrong place: %#', (input) => {
    const issues = issuesOf(() => resolveExperiment(input));
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.join()).not.toContain('sk-secret');
    expect(issuesOf(() => resolveConfig({ version: 1, experiments: [input] })).join()).not.toContain('sk-secret');
  });
});

describe('resolveConfig', () => {
  it('reads a file, with folders relative to it', () => {
    const config = parseConfigYaml(
      'version: 1\nexperiments:\n  - { name: a, candidate: { model: b }, content: full }\n',
      '/srv/app/understudy.yaml',
    );
    expect(config.queue.url).toBe('embedded:/srv/app/.understudy');
    expect(config.ledger.url).toBe('embedded:/srv/app/.understudy');
    expect(config.experiments.map((each) => each.name)).toEqual(['a']);
  });

  it('says where a file is not YAML', () => {
    expect(issuesOf(() => parseConfigYaml('version: [1', 'x.yaml')).join()).toMatch(/line 1/);
  });

  it('wants a ledger beside Redis', () => {
    expect(issuesOf(() => resolveConfig({ version: 1, queue: { url: 'redis://localhost' } }))[0]).toContain(
      'ledger.url',
    );
  });

  it('refuses two experiments of one name', () => {
    expect(issuesOf(() => resolveConfig({ version: 1, experiments: [minimal, minimal] }))[0]).toContain('distinct');
  });
});
