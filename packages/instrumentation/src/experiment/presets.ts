import type { Policy } from './definition.js';
import type { Gates } from './gates.js';
import { PRESET_NAMES, type PresetName } from './preset-name.js';

/** Policies by name, whole: what is written beside a `preset` overrides it field by field. */
export const PRESETS: Readonly<Record<PresetName, Policy>> = {
  /** The defaults, by name. */
  safe: {
    alpha: 0.05,
    minPairs: 1000,
    minCoverage: 0.9,
    gates: {
      errors: { margin: 0.01 },
      similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
      latency_p95: { ratio: 1.2 },
    },
  },
  /**
   * Another model for less money: it words its answers otherwise, so a judge says what they are worth, and not their similarity. That it costs less is
   * a gate beside it, `cost: { ratio, mostPerCall }`: how much one call may cost cannot be guessed, and `understudy plan` proposes it.
   */
  'cost-down': {
    alpha: 0.05,
    minPairs: 1000,
    minCoverage: 0.9,
    success: 'cheaper',
    gates: {
      errors: { margin: 0.01 },
      refusals: { margin: 0.01 },
      latency_p95: { ratio: 1.2 },
      win_rate: { margin: 0.05 },
    },
  },
  /** Better answers, which may take longer: held to a closer margin where they are compared. */
  'quality-up': {
    alpha: 0.05,
    minPairs: 2000,
    minCoverage: 0.9,
    success: 'better',
    gates: {
      errors: { margin: 0.01 },
      refusals: { margin: 0.01 },
      latency_p95: { ratio: 1.5 },
      win_rate: { margin: 0.03 },
    },
  },
  /** The table many teams decide by: p95 under 1.2 times, errors, win rate, similarity against the noise floor, at least so many pairs. */
  'go-no-go': {
    alpha: 0.05,
    minPairs: 1000,
    minCoverage: 0.9,
    gates: {
      errors: { margin: 0.01 },
      similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
      latency_p95: { ratio: 1.2 },
      win_rate: { margin: 0.05 },
    },
  },
};

/**
 * A policy as it was written, with its preset spelt out: named or spelt out, it is the same run. A gate of the preset that is `false` beside it is
 * left out. What is not a policy, or names no preset that there is, comes back as it is: the schema says what is wrong with it.
 */
export function expandPreset(policy: unknown): unknown {
  if (!isObject(policy)) return policy;
  const preset = presetOf(policy['preset']);
  if (preset === null) return policy;
  const { gates } = policy;
  return { ...preset, ...policy, gates: gates === undefined ? preset.gates : mergeGates(preset.gates, gates) };
}

function presetOf(name: unknown): Policy | null {
  const known = PRESET_NAMES.find((one) => one === name);
  return known === undefined ? null : PRESETS[known];
}

function mergeGates(preset: Gates, written: unknown): unknown {
  if (!isObject(written)) return written;
  const merged = new Map<string, unknown>(Object.entries(preset));
  for (const [name, gate] of Object.entries(written)) {
    const own = merged.get(name);
    // Of the win rate, `false` says more: the judge is not asked.
    if (gate === false && name !== 'win_rate' && own !== undefined) merged.delete(name);
    else merged.set(name, isObject(gate) && isObject(own) ? { ...own, ...gate } : gate);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
