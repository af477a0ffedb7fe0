import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Call } from '../capture/call.js';
import { callOf } from '../capture/call.test.support.js';
import { createIds } from './ids.js';
import { ok, recorder, world, type World } from './intake.test.support.js';

it('is one call to all experiments that take it: its texts are found by one id', async () => {
  const ids = createIds();
  const worlds = ['e', 'f'].map((name) => world({ name }, { ids }));
  const [one] = worlds;
  if (one === undefined) throw new Error('no world');
  for (let calls = 0; calls < 2; calls += 1) {
    const call = one.call({ span: recorder('primary', [], 'a'.repeat(16)) });
    for (const { intake } of worlds) {
      intake.take(call);
      // A rule of the user may make a call while one is taken.
      world({ name: 'between' }, { ids }).intake.take(one.call());
    }
    for (let turns = 0; turns < 20; turns += 1) await turn();
    call.settle(ok);
  }
  const [first, second] = worlds.map(({ assembled }) => assembled.map(({ admission }) => admission.callId));
  expect(first).toHaveLength(2);
  expect(new Set(first).size).toBe(2);
  expect(second).toEqual(first);
  const pairs = worlds.flatMap(({ assembled }) => assembled.flatMap(({ admission }) => admission.legs));
  expect(new Set(pairs.map(({ pairId }) => pairId)).size).toBe(pairs.length);
});

it('draws alike for all experiments where there is neither a key nor a trace: the few are among the many', () => {
  const ids = createIds();
  const [few, many] = [0.1, 0.5].map((rate, index) => world({ name: `e${index}`, sample: { rate } }, { ids }));
  const drawn = (one: World | undefined, call: Call): boolean => {
    const before = one?.lost.get('not_sampled candidate');
    one?.intake.take(call);
    return one?.lost.get('not_sampled candidate') === before;
  };
  let [ofFew, ofMany] = [0, 0];
  for (let calls = 0; calls < 300; calls += 1) {
    const call = callOf({ startedAt: 1000 + calls, spanReference: null });
    const [inFew, inMany] = [drawn(few, call), drawn(many, call)];
    if (inFew) expect(inMany).toBe(true);
    ofFew += Number(inFew);
    ofMany += Number(inMany);
  }
  expect(ofFew).toBeGreaterThan(5);
  expect(ofMany).toBeGreaterThan(ofFew);
});
