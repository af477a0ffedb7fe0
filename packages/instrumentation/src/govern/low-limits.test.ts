import { expect, it } from 'vitest';
import { responseWith } from './governor.test.support.js';
import { LowLimits } from './low-limits.js';

const settings = { pauseMs: 60_000, headroom: 0.3, eventLoopMs: 100, eventLoopShare: 0.6, heapShare: 0.85 };
const party = { origin: 'https://api.example.com', keys: [1] };

function troubles(limits: LowLimits, headers: Record<string, string>): readonly (number | null)[] {
  return limits.look(party, 'm', responseWith(200, headers), 0).map(({ trouble }) => trouble?.ms ?? null);
}

it('takes the most that has been left for a limit whose size is not said', () => {
  const limits = new LowLimits(settings);
  const left = (tokens: number): readonly (number | null)[] =>
    troubles(limits, { 'x-ratelimit-remaining-tokens': String(tokens) });
  expect([left(100), left(1000), left(300), left(299), left(0)].flat()).toEqual([null, null, null, 60_000, 60_000]);
});

it('pauses until the reset, a second at least, and for the usual time where none is said', () => {
  const low = { 'ratelimit-limit': '10', 'ratelimit-remaining': '1' };
  const limits = new LowLimits(settings);
  expect(troubles(limits, low)).toEqual([60_000]);
  expect(troubles(limits, { ...low, 'ratelimit-reset': '0' })).toEqual([1000]);
  expect(troubles(limits, { ...low, 'ratelimit-reset': '7' })).toEqual([7000]);
});

it('does not search every response of a provider that says nothing, and finds it when it begins to', () => {
  const limits = new LowLimits(settings);
  let asked = 0;
  const silent = {
    status: 200,
    header: () => {
      asked += 1;
      return null;
    },
  };
  for (let look = 0; look < 63; look += 1) limits.look(party, 'm', silent, 0);
  const low = { 'ratelimit-limit': '10', 'ratelimit-remaining': '1', 'ratelimit-reset': '7' };
  expect(asked).toBeLessThan(63 * 2);
  expect([troubles(limits, low), troubles(limits, low)].flat()).toEqual([7000, 7000]);
});

it('holds so much and no more, whatever providers make up', () => {
  const limits = new LowLimits(settings);
  const headers = { 'x-ratelimit-remaining-tokens': '1' };
  for (let index = 0; index < 5000; index += 1) {
    limits.look({ origin: `https://${index % 10}.example.com`, keys: [] }, `m${index}`, responseWith(200, headers), 0);
    limits.look({ origin: `https://${index}.example.com`, keys: [] }, 'm', responseWith(200, headers), 0);
  }
  // Beyond its memory it compares a limit with itself: nothing is known of it, and nothing is done.
  expect(limits.look({ origin: 'https://new.example.com', keys: [] }, 'm', responseWith(200, headers), 0)).toEqual([]);
});
