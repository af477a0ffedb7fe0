import { describe, expect, it } from 'vitest';
import { addCount, type Counters, decodeCounters, encodeCounters, mergeCounters } from './counters.js';
import { TallyError } from './integers.js';

function countersOf(entries: readonly (readonly [string, number | bigint])[]): Counters {
  const counters: Counters = new Map();
  for (const [name, by] of entries) addCount(counters, name, by);
  return counters;
}

const bytes = (counters: Counters): string => Buffer.from(encodeCounters(counters)).toString('hex');
const ENTRIES = [
  ['b', 2],
  ['a', 2n ** 80n],
  ['ü c', -3],
  ['b', 5],
  ['zero', 0],
] as const;

describe('counters', () => {
  it('are the same bytes whatever the order and the split, and come back', () => {
    const whole = countersOf(ENTRIES);
    expect(bytes(countersOf(ENTRIES.toReversed()))).toBe(bytes(whole));
    expect(bytes(mergeCounters(countersOf(ENTRIES.slice(3)), countersOf(ENTRIES.slice(0, 3))))).toBe(bytes(whole));
    expect([...decodeCounters(encodeCounters(whole))]).toEqual([
      ['a', 2n ** 80n],
      ['b', 7n],
      ['ü c', -3n],
    ]);
  });

  it.each([
    ['another version', (all: number[]) => [0x42, ...all.slice(1)]],
    ['a byte less', (all: number[]) => all.slice(0, -1)],
    ['a byte more', (all: number[]) => [...all, 0]],
    ['a name that is too long', (all: number[]) => [...all.slice(0, 2), 0x7e, ...all.slice(3)]],
  ])('are refused with %s', (_what, change) => {
    const stored = change([...encodeCounters(countersOf(ENTRIES))]);
    expect(() => decodeCounters(Uint8Array.from(stored))).toThrow(TallyError);
  });
});
