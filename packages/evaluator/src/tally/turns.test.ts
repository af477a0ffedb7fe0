import { describe, expect, it } from 'vitest';
import { mergeCounters } from './counters.js';
import type { PairFacts, PairNotes } from './facts.js';
import { observe } from './observed.js';
import type { StoredPair } from './stored-pair.js';
import { isClustered, turnsShown } from './turns.js';

const OK = { status: 'ok', durationMs: 1 } as const;

function pair(turns?: number, segment = 'chat'): StoredPair {
  const notes: PairNotes = {
    primary: null,
    shadow: null,
    tools: null,
    classes: ['ok', 'ok'],
    amounts: {},
    ...(turns !== undefined && { turns }),
  };
  const scores = { ab: {}, aa: {} };
  const facts: PairFacts = { v: 1, pi: 1, primary: OK, shadow: OK, aa: null, scores, notes };
  return { call: 'call', arm: 'small', producer: 'p', segment, cluster: 'c', facts };
}

const countersOf = (stored: readonly StoredPair[], evidence: readonly StoredPair[], stream = '_all') =>
  observe(stored, evidence).observed.find((one) => one.stream === stream)?.counters ?? new Map<string, bigint>();

describe('turns', () => {
  it('are counted of all pairs and of the evidence, by how many there are', () => {
    const all = [0, 1, 1, 2, 3, 4, 5, 6, 10, 11, 50, 51, 9999].map((turns) => pair(turns));
    const { bins, ...sums } = turnsShown(countersOf(all, all.slice(1, 4)));
    expect(sums).toEqual({ stored: 13, evidence: 3 });
    expect(bins).toEqual([
      { turns: '0', stored: 1, evidence: 0 },
      { turns: '1', stored: 2, evidence: 2 },
      { turns: '2', stored: 1, evidence: 1 },
      { turns: '3', stored: 1, evidence: 0 },
      { turns: '4-5', stored: 2, evidence: 0 },
      { turns: '6-10', stored: 2, evidence: 0 },
      { turns: '11-20', stored: 1, evidence: 0 },
      { turns: '21-50', stored: 1, evidence: 0 },
      { turns: '51+', stored: 2, evidence: 0 },
    ]);
  });

  it('of which nothing is known are in no bin, and their pairs are counted all the same', () => {
    const { notes: _, ...bare } = pair().facts;
    const strange = [pair(), pair(Number.NaN)];
    expect(turnsShown(countersOf(strange, strange))).toEqual({ stored: 2, evidence: 2, bins: [] });
    expect(countersOf([{ ...pair(), facts: bare }], [{ ...pair(), facts: bare }]).size).toBe(0);
  });

  it('are those of a segment, too, and add up over slices', () => {
    const [one, other] = [pair(1, 'mail'), pair(2)];
    expect(turnsShown(countersOf([one, other], [one], 'mail'))).toMatchObject({ stored: 1, evidence: 1 });
    const both = mergeCounters(countersOf([one], [one]), countersOf([other], []));
    expect(turnsShown(both)).toEqual(turnsShown(countersOf([one, other], [one])));
  });
});

describe('isClustered', () => {
  it('is where evidence is under a fifth of what is stored, and that is not little', () => {
    expect(isClustered({ stored: 100, evidence: 19 })).toBe(true);
    expect(isClustered({ stored: 100, evidence: 20 })).toBe(false);
    expect(isClustered({ stored: 99, evidence: 1 })).toBe(false);
  });
});
