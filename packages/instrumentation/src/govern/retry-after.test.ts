import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function asked(headers: Record<string, string>): number | null {
  return retryAfterMs({ status: 429, header: (name) => headers[name] ?? null }, NOW);
}

it('understands seconds, milliseconds and dates', () => {
  expect(asked({ 'retry-after': '20' })).toBe(20_000);
  expect(asked({ 'retry-after': '1.5' })).toBe(1500);
  expect(asked({ 'retry-after-ms': '2500', 'retry-after': '3' })).toBe(2500);
  expect(asked({ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' })).toBe(30_000);
});

it('measures a date by the clock of who wrote it', () => {
  const date = 'Sat, 21 Nov 2026 15:00:00 GMT';
  expect(asked({ 'retry-after': 'Sat, 21 Nov 2026 15:00:30 GMT', date })).toBe(30_000);
});

it('is a second at least and ten minutes at most', () => {
  expect(asked({ 'retry-after': '0' })).toBe(1000);
  expect(asked({ 'retry-after-ms': '5' })).toBe(1000);
  expect(asked({ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' })).toBe(1000);
  expect(asked({ 'retry-after': '86400' })).toBe(600_000);
  expect(asked({ 'retry-after': '999999999999' })).toBe(600_000);
  expect(asked({ 'retry-after': 'Sat, 21 Nov 2099 12:00:00 GMT' })).toBe(600_000);
});

it.each([
  '',
  'soon',
  '-5',
  '1e9',
  'NaN',
  'Infinity',
  '0x10',
  '1,2',
  '2026',
  '5 minutes',
  '9'.repeat(400),
  'Sat, 99 Nov 2026 12:00:00 GMT',
])('makes nothing of %s, or of a number what it is', (text) => {
  expect(asked({ 'retry-after': text })).toBe(text === '2026' ? 600_000 : null);
});

it('makes nothing of no header', () => {
  expect(asked({})).toBeNull();
});
