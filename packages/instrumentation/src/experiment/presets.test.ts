import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import { definitionChanges } from './definition-changes.js';
import type { Policy } from './definition.js';
import { PRESET_NAMES } from './preset-name.js';
import { PRESETS } from './presets.js';
import { resolveExperiment, resolveRun } from './resolve.js';
import { runDefinition, runOf } from './run.js';
import { parseConfigYaml } from './yaml.js';

const judge = { model: 'gpt-5', apiKey: { env: 'KEY' } } as const;
const minimal = { name: 'support-mini', candidate: { model: 'small' }, judge } as const;
const policyOf = (policy: unknown, more: object = {}): Policy =>
  resolveExperiment({ ...minimal, ...more, policy }).policy;
const runIdOf = (policy: unknown, more: object = {}): string =>
  runOf(resolveExperiment({ ...minimal, ...more, policy })).id;

function issuesOf(policy: unknown, more: object = {}): string {
  try {
    resolveExperiment({ ...minimal, ...more, policy });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues.join('\n');
    throw error;
  }
  return '';
}

describe('a preset', () => {
  it.each(PRESET_NAMES)('%s is the same run by name and spelt out', (preset) => {
    expect(runIdOf({ preset })).toBe(runIdOf(PRESETS[preset]));
    const { win_rate: _judged, ...gates } = PRESETS[preset].gates;
    const named = { preset, gates: { win_rate: false } };
    const spelt = { ...PRESETS[preset], gates };
    expect(runIdOf(named, { judge: null })).toBe(runIdOf(spelt, { judge: null }));
  });

  it('is never in the definition, so that a run is read back from what is announced', () => {
    const run = runOf(resolveExperiment({ ...minimal, policy: { preset: 'cost-down' } }));
    expect(run.definition.policy).toEqual(PRESETS['cost-down']);
    const announced = {
      run: run.id,
      experiment: run.experiment,
      definition: JSON.parse(JSON.stringify(run.definition)),
    };
    expect(resolveRun(announced)).toEqual(run);
  });

  it('called safe is the policy of who names none', () => {
    for (const more of [{}, { judge: null }]) expect(runIdOf({ preset: 'safe' }, more)).toBe(runIdOf(undefined, more));
  });

  it('leaves the run of who names none what it was', () => {
    const without = runIdOf(undefined, { judge: null, piMin: 0.1 });
    expect(without).toBe('affb0a47a4d28a94');
  });

  it('gives way to what is written beside it, field by field', () => {
    const gates = { latency_p95: { thresholdMs: 800 }, errors: { margin: 0.02 }, latency_p50: {}, refusals: false };
    expect(policyOf({ preset: 'quality-up', minPairs: 500, alpha: 0.1, gates })).toEqual({
      alpha: 0.1,
      minPairs: 500,
      minCoverage: 0.9,
      success: 'better',
      gates: {
        errors: { margin: 0.02 },
        latency_p95: { ratio: 1.5, thresholdMs: 800 },
        latency_p50: { ratio: 1.2 },
        win_rate: { margin: 0.03 },
      },
    });
    expect(policyOf({ preset: 'cost-down', success: 'faster' }).success).toBe('faster');
    expect(policyOf({ preset: 'cost-down', gates: { win_rate: false } }).gates.win_rate).toBe(false);
  });

  it('is read from YAML', () => {
    const text = `version: 1
experiments:
  - name: a
    candidate: { model: b }
    judge: { model: gpt-5, apiKey: { env: KEY } }
    policy: { preset: go-no-go, minPairs: 3000 }
`;
    expect(parseConfigYaml(text, 'x.yaml').experiments[0]?.policy).toEqual({ ...PRESETS['go-no-go'], minPairs: 3000 });
  });

  it.each([
    [{ preset: 'cheap' }, {}, /policy\.preset: .*"safe"\|"cost-down"\|"quality-up"\|"go-no-go", got "cheap"/],
    [{ preset: 'constructor' }, {}, /policy\.preset/],
    [{ preset: 'cost-down', gates: 7 }, {}, /policy\.gates: expected object, got 7/],
    [{ preset: 'cost-down', gates: { errors: { margin: 3 } } }, {}, /policy\.gates\.errors\.margin: .*0\.5, got 3/],
    [{ preset: 'cost-down', gates: { erors: {} } }, {}, /policy\.gates: expected only errors, .* got erors/],
    [{ preset: 'safe', success: 'nicer' }, {}, /policy\.success: .*got "nicer"/],
    [{ preset: 'cost-down' }, { judge: null }, /set `judge`, or write `win_rate: false` beside `preset: cost-down`/],
    [{ gates: { errors: false } }, {}, /policy\.gates\.errors: expected object, got false/],
    [
      { preset: 'safe', gates: { errors: false, similarity: false, latency_p95: false } },
      { judge: null },
      /at least one gate/,
    ],
    [[], {}, /policy: expected object, got a list/],
  ])('%j is refused with what is wrong', (policy, more, expected) => {
    expect(issuesOf(policy, more)).toMatch(expected);
  });
});

describe('definitionChanges', () => {
  const definition = (policy: unknown, more: object = {}) =>
    runDefinition(resolveExperiment({ ...minimal, ...more, policy }));

  it('says what makes a run another one', () => {
    const before = definition({ preset: 'safe' });
    expect(definitionChanges(before, before)).toEqual([]);
    const after = definition(
      { preset: 'cost-down', alpha: 0.1, gates: { errors: { margin: 0.02 } } },
      { segments: { critical: ['refunds'] } },
    );
    expect(definitionChanges(before, after)).toEqual([
      { path: 'policy.alpha', before: '0.05', after: '0.1' },
      { path: 'policy.gates.errors.margin', before: '0.01', after: '0.02' },
      { path: 'policy.gates.refusals', before: null, after: '{"margin":0.01}' },
      {
        path: 'policy.gates.similarity',
        before: '{"insensitiveBelow":0.3,"margin":0.05,"scorer":"lexical"}',
        after: null,
      },
      { path: 'policy.success', before: null, after: '"cheaper"' },
      { path: 'segments.critical', before: '[]', after: '["refunds"]' },
    ]);
  });
});
