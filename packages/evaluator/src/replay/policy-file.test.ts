import { describe, expect, it } from 'vitest';
import { ConfigurationError, NotFoundError } from '../errors.js';
import { readPolicy } from './policy-file.js';

const CONFIGURATION = `
version: 1
experiments:
  - { name: one, candidate: { model: a } }
  - { name: two, candidates: { b: { model: b }, c: { model: c } } }
`;

describe('a policy to replay by', () => {
  it('is one experiment of a configuration', () => {
    const { run, named } = readPolicy(CONFIGURATION, 'understudy.yaml', 'two');
    expect(run).toMatchObject({ experiment: 'two' });
    expect(Object.keys(run.definition.candidates)).toEqual(['b', 'c']);
    expect(named).toBe(true);
    expect(() => readPolicy(CONFIGURATION, 'understudy.yaml', null)).toThrow(NotFoundError);
    expect(() => readPolicy(CONFIGURATION, 'understudy.yaml', 'three')).toThrow('one, two');
  });

  it('is the same run alone as in a configuration', () => {
    const { run } = readPolicy('name: one\ncandidate: { model: a }', 'one.yaml', null);
    expect(run.id).toBe(readPolicy(CONFIGURATION, 'understudy.yaml', 'one').run.id);
  });

  it('may name no candidate, or be a policy alone', () => {
    const experiment = readPolicy('segments: { critical: [refunds] }', 'e.yaml', null);
    expect(experiment).toMatchObject({ named: false, run: { definition: { segments: { critical: ['refunds'] } } } });
    const policy = readPolicy('minPairs: 7\ngates: { errors: { margin: 0.02 } }', 'p.yaml', null);
    expect(policy).toMatchObject({ named: false, run: { definition: { policy: { minPairs: 7 } } } });
    expect(readPolicy(null, '', null).run.id).toBe(readPolicy('{}', 'defaults.yaml', null).run.id);
  });

  it.each([
    ['{', 'p.yaml'],
    ['- 1', 'expected a policy'],
    ['', 'got an empty file'],
    ['# preset: safe', 'got an empty file'],
    ['gates: { errors: { margin: 3 } }', 'margin'],
    ['minPears: 7', 'minPears'],
    ['minPears: 7', 'a policy alone has preset, success, alpha, minPairs'],
    ['gates: { errors: true }', '`errors: {}` is the gate with its defaults'],
    ['gates: { errors: false }', 'only a gate of a `preset`'],
  ])('%s is none', (text, problem) => {
    const read = (): unknown => readPolicy(text, 'p.yaml', null);
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(problem);
  });
});
