import { expect, it } from 'vitest';
import { Spare } from './spare.js';

/** A host whose own calls take `own` of the loop, and whose shadows take `shadows` of it if all are sent. */
function settle(spare: Spare, own: number, shadows: number, windows: number): readonly number[] {
  return Array.from({ length: windows }, () => {
    const utilization = Math.min(1, own + shadows * spare.share);
    spare.look(utilization, true);
    return utilization;
  });
}

it('leaves all of the shadows where there is time for them', () => {
  const spare = new Spare(0.6);
  settle(spare, 0.2, 0.3, 100);
  expect(spare.share).toBe(1);
});

it('brings the loop down to what it may be used, and keeps it thereabouts', () => {
  const spare = new Spare(0.6);
  const used = settle(spare, 0.4, 0.6, 400).slice(10);
  expect(Math.max(...used)).toBeLessThan(0.7);
  expect(used.reduce((sum, one) => sum + one, 0) / used.length).toBeGreaterThan(0.5);
});

it('does not heed one busy window, nor a time in which no shadow was wanted', () => {
  const spare = new Spare(0.6);
  for (let window = 0; window < 20; window += 1) spare.look(window % 2 === 0 ? 1 : 0.1, true);
  expect(spare.share).toBe(1);
  for (let window = 0; window < 3; window += 1) spare.look(1, true);
  const share = spare.share;
  for (let window = 0; window < 50; window += 1) spare.look(0, false);
  expect(spare.share).toBe(share);
});

it('leaves a few where the host is busy by itself, and all of them again afterwards', () => {
  const spare = new Spare(0.6);
  settle(spare, 0.9, 0.1, 100);
  expect(spare.share).toBe(1 / 64);
  settle(spare, 0.1, 0.2, 20);
  expect(spare.share).toBe(1);
});

it('is no limit at 1', () => {
  const spare = new Spare(1);
  settle(spare, 1, 1, 10);
  expect(spare.share).toBe(1);
});
