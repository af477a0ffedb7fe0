import { expect, it } from 'vitest';
import { type Reading, readingsOf } from './rate-limits.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

type Read = Omit<Reading, 'name' | 'resetMs'> & { readonly resetMs: number | null };

function read(headers: Record<string, string>): readonly Read[] {
  return readingsOf({ status: 200, header: (name) => headers[name] ?? null }, NOW).map(
    ({ of, remaining, limit, resetMs }) => ({ of, remaining, limit, resetMs: resetMs() }),
  );
}

it('reads the headers of OpenAI, Groq and Azure', () => {
  expect(
    read({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    }),
  ).toEqual([
    { of: 'requests', remaining: 59, limit: 60, resetMs: 1000 },
    { of: 'tokens', remaining: 149_984, limit: 150_000, resetMs: 360_000 },
  ]);
  expect(read({ 'x-ratelimit-remaining-tokens': '19913' })).toEqual([
    { of: 'tokens', remaining: 19_913, limit: null, resetMs: null },
  ]);
});

it('reads those of Anthropic', () => {
  expect(
    read({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '10',
      'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:48Z',
      'anthropic-ratelimit-output-tokens-limit': '8000',
      'anthropic-ratelimit-output-tokens-remaining': '8000',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-21T11:59:00Z',
    }),
  ).toEqual([
    { of: 'requests', remaining: 10, limit: 50, resetMs: 48_000 },
    { of: 'output-tokens', remaining: 8000, limit: 8000, resetMs: 0 },
  ]);
});

it('reads those of Mistral, of gateways and of the drafts of the IETF', () => {
  expect(read({ 'x-ratelimit-limit-req-minute': '720', 'x-ratelimit-remaining-req-minute': '717' })).toEqual([
    { of: 'requests', remaining: 717, limit: 720, resetMs: null },
  ]);
  const epoch = { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': String(NOW + 9000) };
  expect(read(epoch)).toEqual([{ of: 'requests', remaining: 5, limit: 20, resetMs: 9000 }]);
  expect(read({ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '50' })).toEqual([
    { of: 'requests', remaining: 7, limit: 100, resetMs: 50_000 },
  ]);
  expect(read({ ratelimit: 'limit=100, remaining=50, reset=5' })).toEqual([
    { of: 'requests', remaining: 50, limit: 100, resetMs: 5000 },
  ]);
  expect(read({ ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=10' })).toEqual([
    { of: 'requests', remaining: 50, limit: 100, resetMs: 30_000 },
  ]);
});

it.each([
  ['12ms', 12],
  ['7.66s', 7660],
  ['2m59.56s', 179_560],
  ['1h', 600_000],
  ['1d2h', 600_000],
  ['55', 55_000],
  ['0', 0],
  ['1795262410', 10_000],
  ['2026-11-21T12:00:05.250+00:00', 5250],
  ['2126-11-21T12:00:00Z', 600_000],
  ['9'.repeat(15), 600_000],
  ['', null],
  ['soon', null],
  ['-5', null],
  ['1e3', null],
  ['5s6m', null],
  ['2026-13-45T99:99:99Z', null],
  ['1'.repeat(5000), null],
])('understands the reset %s as %s ms', (text, ms) => {
  const given = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': text };
  expect(read(given)).toEqual([{ of: 'requests', remaining: 9, limit: 10, resetMs: ms }]);
});

it.each([
  { remaining: 'none' },
  { remaining: '-1' },
  { remaining: 'NaN' },
  { remaining: 'Infinity' },
  { remaining: '11', limit: '10' },
  { remaining: '0', limit: '0' },
  { remaining: '9'.repeat(40) },
])('makes nothing of $remaining left of $limit', ({ remaining, limit }) => {
  expect(read({ 'ratelimit-remaining': remaining, ...(limit !== undefined && { 'ratelimit-limit': limit }) })).toEqual(
    [],
  );
});
