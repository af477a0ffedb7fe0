import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { misconfigurations, misconfigured, UntoldMisconfigurations } from './misconfigured.js';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  const none = (): void => undefined;
  const warn = (text: string): void => void lines.push(text);
  diag.setLogger({ error: none, warn, info: none, debug: none, verbose: none }, { logLevel: DiagLogLevel.WARN });
});
afterEach(() => diag.disable());

const countOf = (experiment: string): number | undefined =>
  misconfigurations().find((one) => one.experiment === experiment)?.count;

it('is counted each time and said once, with the fix, for each arm', () => {
  for (const of of ['a', 'a', 'b', 'a', 'b'])
    misconfigured('candidate_key', { experiment: 'said', of, found: () => `${of} was refused` });
  expect(countOf('said')).toBe(5);
  expect(lines).toEqual([
    expect.stringMatching(/^understudy: a was refused\. Fix: put the right key .*\. This is said once$/),
    expect.stringMatching(/^understudy: b was refused\. Fix: /),
  ]);
});

it('has the time at which it was seen last, said or not', () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  const seen = (): void => misconfigured('unpriced', { experiment: 'timed', found: () => 'no price' });
  seen();
  vi.setSystemTime(1_800_000_060_000);
  seen();
  vi.useRealTimers();
  expect(misconfigurations().find(({ experiment }) => experiment === 'timed')).toMatchObject({
    count: 2,
    lastAt: 1_800_000_060_000,
  });
});

it('is not put into words where nobody reads them', () => {
  let asked = 0;
  const found = (): string => `asked ${(asked += 1)}`;
  for (let index = 0; index < 3; index += 1) misconfigured('rate_zero', { experiment: 'words', found });
  expect(asked).toBe(1);
});

it('is only counted where somebody else has said it', () => {
  misconfigured('untapped', { experiment: 'silent', say: null, found: () => 'past the tap' });
  expect(countOf('silent')).toBe(1);
  expect(lines).toEqual([]);
});

it('never throws, whatever it is given', () => {
  const thrown = (): string => {
    throw new Error('a secret');
  };
  misconfigured('unpriced', { experiment: 'broken', found: thrown });
  expect(lines.join()).toContain('something is set up wrong');
  expect(lines.join()).not.toContain('a secret');
});

it('is told to the ledger once, each time only what is new', () => {
  misconfigured('rate_zero', { experiment: 'before', found: () => '' });
  const untold = new UntoldMisconfigurations();
  const seen = (): void => misconfigured('window_over', { experiment: 'told', found: () => 'over' });
  seen();
  seen();
  expect(untold.take()).toEqual([{ cause: 'window_over', experiment: 'told', count: 2, found: 'over' }]);
  expect(untold.take()).toEqual([]);
  seen();
  expect(untold.take()).toMatchObject([{ count: 1 }]);
});
