import type { RunId } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { createPlaces } from './places.js';

const [SLOW, QUICK] = ['slow', 'quick'] as unknown as readonly [RunId, RunId];

it('gives each run its own number of places, whatever another one allows', () => {
  const places = createPlaces();
  expect([places.allow(2), places.allow(16), places.allow(4)]).toEqual([true, true, false]);
  expect(places.most()).toBe(16);
  const first = places.enter(SLOW, 2);
  const leave = [places.enter(SLOW, 2), ...Array.from({ length: 16 }, () => places.enter(QUICK, 16))];
  expect(leave.every((one) => one !== null)).toBe(true);
  expect([places.enter(SLOW, 2), places.enter(QUICK, 16)]).toEqual([null, null]);
  first?.();
  expect(places.enter(SLOW, 2)).not.toBeNull();
  expect(places.enter(SLOW, 2)).toBeNull();
});
