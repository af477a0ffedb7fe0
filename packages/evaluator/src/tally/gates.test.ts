import { describe, expect, it } from 'vitest';
import type { AnswerNotes } from '../score/notes.js';
import type { Outcome, PairFacts } from './facts.js';
import { checkGates, GateSettingsError, type Gates } from './gate-settings.js';
import { gatesOf, type Gate } from './gates.js';
import { MISSING } from './observation.js';
import { addPair, emptyTally, snapshot } from './tally.js';

const ok = (durationMs: number, firstChunkMs?: number): Outcome =>
  firstChunkMs === undefined ? { status: 'ok', durationMs } : { status: 'ok', durationMs, firstChunkMs };
const failed: Outcome = { status: 'error', type: '500', durationMs: 5 };
const aborted = (afterMs: number): Outcome => ({ status: 'aborted', afterMs });
const missing: Outcome = { status: 'missing', reason: 'leg_deadline' };

function pair(some: Partial<PairFacts>): PairFacts {
  return { v: 1, pi: 1, primary: ok(100), shadow: ok(100), aa: null, scores: { ab: {}, aa: {} }, ...some };
}

function gate(gates: Gates): Gate {
  const [one] = gatesOf(gates);
  if (one === undefined) throw new Error('no gate');
  return one;
}

describe('the gate on errors', () => {
  const errors = gate({ errors: { margin: 0.01 } });
  it.each([
    ['both answered', ok(1), ok(1), 0.5],
    ['both failed', failed, failed, 0.5],
    ['only the shadow failed', ok(1), failed, 0],
    ['only the primary failed', failed, ok(1), 1],
  ])('%s', (_what, primary, shadow, x) => {
    expect(errors.observe(pair({ primary, shadow }), 0)).toMatchObject({ safe: x, harm: x });
  });
  it('asks for a mean above (1 - margin) / 2', () => expect(errors.m).toBe(0.495));
  it('does not apply where the user aborted the primary', () => {
    expect(errors.observe(pair({ primary: aborted(5), shadow: failed }), 0)).toBeNull();
  });
  it('has nothing where a leg has no outcome', () => {
    expect(errors.observe(pair({ shadow: missing }), 0)).toBe(MISSING);
    expect(errors.observe(pair({ shadow: aborted(50) }), 0)).toBe(MISSING);
    expect(errors.observe(pair({ primary: missing }), 0)).toBe(MISSING);
    expect(errors.observe(pair({ primary: failed, shadow: missing }), 0)).toBe(MISSING);
  });
});

describe('the gate on agreement', () => {
  const agreement = gate({ agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 } });
  const scored = (
    ab: number | null | undefined,
    aa: number | null | undefined,
    some: Partial<PairFacts> = {},
  ): PairFacts =>
    pair({
      aa: ok(1),
      scores: { ab: ab === undefined ? {} : { exact: ab }, aa: aa === undefined ? {} : { exact: aa } },
      ...some,
    });
  it('sets the candidate beside the noise of the incumbent', () => {
    expect(agreement.observe(scored(0.25, 0.75), 0)).toEqual({
      safe: 0.25,
      harm: 0.25,
      reference: 0.75,
      candidate: 0.25,
    });
  });
  it('does not apply without an A/A leg, to a failed or aborted primary, or where the scorer does not', () => {
    expect(agreement.observe(scored(1, 1, { aa: null }), 0)).toBeNull();
    expect(agreement.observe(scored(1, 1, { primary: failed }), 0)).toBeNull();
    expect(agreement.observe(scored(1, 1, { primary: aborted(1) }), 0)).toBeNull();
    expect(agreement.observe(scored(undefined, undefined), 0)).toBeNull();
  });
  it('counts a failed shadow as no agreement', () => {
    expect(agreement.observe(scored(undefined, 1, { shadow: failed }), 0)).toMatchObject({ safe: 0, candidate: 0 });
    expect(agreement.observe(scored(1, 1, { shadow: failed }), 0)).toMatchObject({ safe: 0, candidate: 0 });
  });
  it.each([
    ['no score of the shadow', scored(null, 1)],
    ['no key of the shadow', scored(undefined, 1)],
    ['no score of the A/A leg', scored(1, null)],
    ['no key of the A/A leg', scored(1, undefined)],
    ['a failed A/A leg', scored(1, 1, { aa: failed })],
    ['a failed A/A leg and a failed shadow', scored(undefined, undefined, { aa: failed, shadow: failed })],
    ['a missing A/A leg', scored(1, undefined, { aa: missing })],
    ['a missing shadow', scored(1, 1, { shadow: missing })],
    ['an aborted shadow', scored(1, 1, { shadow: aborted(1) })],
    ['an unresolved primary', scored(1, 1, { primary: missing })],
    ['a score above 1', scored(3, 1)],
    ['a score that is no number', scored(Number.NaN, 1)],
    ['a self-agreement that is no number', scored(1, Number.NaN)],
  ])('has nothing with %s', (_what, facts) => expect(agreement.observe(facts, 0)).toBe(MISSING));
});

describe('a gate on latency', () => {
  const latency = gate({ latency_p95: { ratio: 1.2 } });
  const x = (primary: Outcome, shadow: Outcome): unknown => latency.observe(pair({ primary, shadow }), 1000);
  it.each([
    ['both fast', ok(1000), ok(1200), 0.5],
    ['both slow', ok(1001), ok(1201), 0.5],
    ['only the shadow slow', ok(1000), ok(1201), 0],
    ['only the primary slow', ok(1001), ok(1200), 1],
    ['a failed shadow', ok(10), failed, 0],
    ['a failed primary', failed, ok(10), 1],
    ['both failed', failed, failed, 0.5],
    ['aborted early, the shadow as long', aborted(500), ok(2000), 0.5],
    ['aborted between T and ratio T, the shadow as long', aborted(1100), ok(9000), 0.5],
    ['aborted between T and ratio T, the shadow faster', aborted(1100), ok(900), 1],
    ['aborted late, the shadow as long', aborted(5000), ok(6000), 0.5],
    ['aborted late, the shadow slow', aborted(5000), ok(1300), 0.5],
    ['aborted, the shadow aborted later', aborted(500), aborted(501), 0.5],
    ['aborted early, the shadow failed', aborted(500), failed, 0],
  ])('%s', (_what, primary, shadow, safe) => expect(x(primary, shadow)).toMatchObject({ safe, harm: safe }));
  it.each([
    ['no primary', missing, ok(1)],
    ['no shadow', ok(1), missing],
    ['an aborted shadow', ok(1), aborted(5000)],
    ['an aborted shadow before an aborted primary', aborted(500), aborted(499)],
    ['a duration that is no number', ok(1), ok(Number.NaN)],
    ['an endless duration of the primary', ok(Infinity), ok(1)],
    ['an endless duration of the shadow', ok(1), ok(Infinity)],
    ['a negative duration', ok(1), ok(-1)],
  ])('has nothing with %s', (_what, primary, shadow) => expect(x(primary, shadow)).toBe(MISSING));
  it('takes T from the policy, or waits to freeze it', () => {
    expect(latency).toMatchObject({ m: 0.5, thresholdMs: null, freezing: { p: 0.95, minimum: 500 } });
    expect(gate({ latency_p99: { ratio: 1.2 } }).freezing?.minimum).toBe(2000);
    expect(gate({ latency_p50: { ratio: 1.2, thresholdMs: 40 } })).toMatchObject({ thresholdMs: 40, freezing: null });
  });
  it('reads the first chunk of calls whose primary streamed', () => {
    const chunk = gate({ first_chunk_p50: { ratio: 2 } });
    expect(chunk.observe(pair({ primary: ok(100), shadow: ok(100, 5) }), 10)).toBeNull();
    expect(chunk.observe(pair({ primary: failed, shadow: ok(100, 5) }), 10)).toBeNull();
    expect(chunk.observe(pair({ primary: ok(100, 10), shadow: ok(100, 21) }), 10)).toMatchObject({ safe: 0 });
    expect(chunk.observe(pair({ primary: ok(100, 11), shadow: ok(15) }), 10)).toMatchObject({ safe: 1 });
  });
});

const NOTES = {
  length: 1,
  language: null,
  structure: [],
  finish: 'stop',
  refused: null,
  valid: null,
  hash: null,
  label: null,
} satisfies AnswerNotes;

describe.each([
  ['refusals', { refusals: { margin: 0.01 } }, 'refused', 0.495],
  ['validity', { validity: { margin: 0.02 } }, 'valid', 0.49],
] as const)('the gate on %s', (_name, gates, mark, m) => {
  const one = gate(gates);
  const worse = mark === 'refused';
  const marked = (
    primary: boolean | null,
    shadow: boolean | null | undefined,
    some: Partial<PairFacts> = {},
  ): PairFacts =>
    pair({
      notes: {
        primary: { ...NOTES, [mark]: primary },
        shadow: shadow === undefined ? null : { ...NOTES, [mark]: shadow },
        tools: null,
        classes: ['ok', 'ok'],
        amounts: {},
      },
      ...some,
    });
  it('asks for a mean above (1 - margin) / 2', () => expect(one.m).toBe(m));
  it.each([
    ['both do', true, true, 0.5],
    ['neither does', false, false, 0.5],
    ['only the candidate does', false, true, worse ? 0 : 1],
    ['only the primary does', true, false, worse ? 1 : 0],
  ])('%s', (_what, primary, shadow, safe) => {
    const seen = one.observe(marked(primary, shadow), 0);
    expect(seen).toEqual({ safe, harm: safe, reference: Number(primary), candidate: Number(shadow) });
  });
  it('counts a failed shadow as one that does worse', () => {
    expect(one.observe(marked(!worse, undefined, { shadow: failed }), 0)).toMatchObject({ safe: 0, harm: 0 });
    expect(one.observe(marked(worse, undefined, { shadow: failed }), 0)).toMatchObject({ safe: 0.5 });
    const tally = emptyTally(one.m);
    for (const shadow of [failed, failed, ok(1)]) {
      const seen = one.observe(marked(!worse, worse, { shadow }), 0);
      if (seen !== null) addPair(tally, seen);
    }
    expect(snapshot(tally)).toMatchObject({ pairs: 3, losses: 3, marked: 2 });
  });
  it('does not apply where the primary has no answer, or none that can be marked', () => {
    expect(one.observe(marked(null, true), 0)).toBeNull();
    expect(one.observe(marked(true, true, { primary: failed }), 0)).toBeNull();
    expect(one.observe(marked(true, true, { primary: aborted(3) }), 0)).toBeNull();
    expect(one.observe(pair({}), 0)).toBeNull();
  });
  it('has nothing where the mark of the shadow is of its own making unknown', () => {
    expect(one.observe(marked(true, null), 0)).toBe(MISSING);
    expect(one.observe(marked(true, undefined), 0)).toBe(MISSING);
    expect(one.observe(marked(true, true, { shadow: missing }), 0)).toBe(MISSING);
    expect(one.observe(marked(true, true, { shadow: aborted(3) }), 0)).toBe(MISSING);
    expect(one.observe(marked(true, true, { primary: missing }), 0)).toBe(MISSING);
  });
});

describe('the gates on length, language and structure', () => {
  const scores = { ab: { structure: 0.25 }, aa: { structure: 0.75 } };
  it('set the candidate beside the noise of the incumbent', () => {
    const one = gate({ structure: { margin: 0.05, insensitiveBelow: 0.3 } });
    expect(one).toMatchObject({ m: 0.475, noise: true, floor: null, insensitiveBelow: 0.3 });
    expect(one.observe(pair({ aa: ok(1), scores }), 0)).toMatchObject({ safe: 0.25, reference: 0.75 });
    expect(one.observe(pair({ scores }), 0)).toBeNull();
  });
  it('or beside a floor of the policy, which needs no A/A leg', () => {
    const one = gate({ structure: { margin: 0.05, insensitiveBelow: 0.3, floor: 0.85 } });
    expect(one).toMatchObject({ noise: false, floor: 0.85, insensitiveBelow: null });
    expect(one.m).toBeCloseTo(0.8);
    expect(one.observe(pair({ scores }), 0)).toMatchObject({ safe: 0.25, harm: 0.25, candidate: 0.25 });
    expect(one.observe(pair({ scores, shadow: failed }), 0)).toMatchObject({ safe: 0, candidate: 0 });
    expect(one.observe(pair({ scores: { ab: { structure: null }, aa: {} } }), 0)).toBe(MISSING);
    expect(one.observe(pair({ scores: { ab: {}, aa: {} } }), 0)).toBeNull();
    expect(one.observe(pair({ scores, primary: failed }), 0)).toBeNull();
  });
});

describe('settings of gates', () => {
  it.each([
    [{ errors: { margin: -0.01 } }],
    [{ errors: { margin: 1 } }],
    [{ errors: { margin: Number.NaN } }],
    [{ errors: { margin: '0.01' as unknown as number } }],
    [{ agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.05 } }],
    [{ similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0 } }],
    [{ similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: Number.NaN } }],
    [{ refusals: { margin: 0.6 } }],
    [{ validity: { margin: -1 } }],
    [{ length: { margin: 0.05, insensitiveBelow: 0.05 } }],
    [{ length: { margin: 0.05, insensitiveBelow: 0.3, floor: 0.05 } }],
    [{ length: { margin: 0.05, insensitiveBelow: 0.3, floor: 1.1 } }],
    [{ latency_p95: { ratio: 0 } }],
    [{ latency_p95: { ratio: Infinity } }],
    [{ latency_p95: { ratio: 1.2, thresholdMs: 0 } }],
    [{ latency_p95: { ratio: 1.2, thresholdMs: Number.NaN } }],
  ] satisfies [Gates][])('%j are refused', (gates) => expect(() => checkGates(gates)).toThrow(GateSettingsError));

  it.each([
    [{ errors: { margin: 0.01 }, agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 } }],
    [{ errors: undefined, latency_p95: { ratio: 1.2 } }],
  ] satisfies [Gates][])('%j are accepted', (gates) => expect(() => checkGates(gates)).not.toThrow());
});
