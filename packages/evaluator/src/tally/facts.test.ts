import { describe, expect, it } from 'vitest';
import { FactsError, readFacts, type PairFacts } from './facts.js';

const FACTS: PairFacts = {
  v: 1,
  pi: 0.5,
  primary: { status: 'ok', durationMs: 10, firstChunkMs: 2 },
  shadow: { status: 'error', type: 'timeout', durationMs: 60_000 },
  aa: { status: 'aborted', afterMs: 3 },
  scores: { ab: { exact: null, lexical: 0.5 }, aa: {} },
};

describe('the stored numbers of a pair', () => {
  it('come back from JSON', () => {
    expect(readFacts(JSON.parse(JSON.stringify(FACTS)))).toEqual(FACTS);
    expect(readFacts({ ...FACTS, aa: null, shadow: { status: 'missing', reason: 'leg_deadline' } }).aa).toBeNull();
  });

  it('keep a number JSON could not write as no number, so that the pair counts as missing and is not lost', () => {
    const written = JSON.parse(
      JSON.stringify({ ...FACTS, primary: { status: 'ok', durationMs: Infinity } }),
    ) as unknown;
    expect(readFacts(written).primary).toEqual({ status: 'ok', durationMs: Number.NaN });
  });

  it.each([
    ['v', { ...FACTS, v: 2 }],
    ['numbers', null],
    ['pi', { ...FACTS, pi: '1' }],
    ['primary.status', { ...FACTS, primary: { status: 'fine' } }],
    ['shadow', { ...FACTS, shadow: null }],
    ['aa', { ...FACTS, aa: undefined }],
    ['scores.ab.exact', { ...FACTS, scores: { ab: { exact: '1' }, aa: {} } }],
    ['scores', { ...FACTS, scores: undefined }],
  ])('are refused with the field %s', (field, value) => {
    expect(() => readFacts(value)).toThrow(FactsError);
    expect(() => readFacts(value)).toThrow(`\`${field}\``);
  });
});
