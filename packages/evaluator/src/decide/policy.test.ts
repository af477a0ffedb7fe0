import { expect, it } from 'vitest';
import { GateSettingsError } from '../tally/gate-settings.js';
import { checkPolicy, type Policy, PolicyError } from './policy.js';

const policy: Policy = {
  alpha: 0.05,
  minPairs: 0,
  minCoverage: 0.9,
  gates: { errors: { margin: 0.02 } },
  critical: ['a'],
  maxSegments: 4,
};

it.each<[string, Partial<Policy>]>([
  ['a level that is none once it is shared', { alpha: 5e-324 }],
  ['a level of none', { alpha: 0 }],
  ['a floor without a margin', { gates: { structure: { floor: 1, margin: 1e-17, insensitiveBelow: 0.3 } } }],
  ['a margin as wide as all there is', { gates: { structure: { floor: 0.3, margin: 0.3, insensitiveBelow: 0.3 } } }],
])('refuses %s, before anything is decided by it', (_, change) => {
  expect(() => checkPolicy(policy)).not.toThrow();
  let thrown: unknown;
  try {
    checkPolicy({ ...policy, ...change });
  } catch (error) {
    thrown = error;
  }
  expect(thrown instanceof PolicyError || thrown instanceof GateSettingsError).toBe(true);
});
