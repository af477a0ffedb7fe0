import { expect, it } from 'vitest';
import { finished, type Steps } from '../steps.js';
import { Allowance } from './allowance.js';

function* many(steps: number, each: () => void): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    each();
    yield;
  }
  return 'done';
}

it('counts the time of its own steps, and not what passes between them', () => {
  let now = 0;
  const allowance = new Allowance(() => now);
  const work = allowance.of(many(99, () => (now += 5)));
  for (let step = work.next(); step.done !== true; step = work.next()) now += 10_000;
  expect(now).toBeGreaterThan(900_000);
  expect(() => finished(new Allowance(() => now).of(many(101, () => (now += 5))))).toThrow('too long');
});

it('counts all that a rule takes, and little of a step in which the machine let the process wait', () => {
  let now = 0;
  const wait = (): void => void (now += 3000);
  expect(finished(new Allowance(() => now).of(many(2, wait)))).toBe('done');
  const ruled = new Allowance(() => now);
  expect(() => finished(ruled.of(many(1, () => ruled.rule(wait))))).toThrow('too long');
  const failing = new Allowance(() => now);
  const broken = (): never => {
    wait();
    throw new Error('broken');
  };
  expect(() => failing.rule(broken)).toThrow('broken');
});
