import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import type { ExchangeOutcome } from '../shadow/bounded.js';
import type { LimitReason } from '../shadow/own-limit.js';
import type { Leg } from '../trial/trial.js';
import { concurrencyGate } from './concurrency.js';
import type { Permit } from './gate.js';
import { failed } from './governor.test.support.js';

const call = callOf();
const leg: Leg = { status: 'error', type: 'x', durationMs: 1, span: null };
const ok: ExchangeOutcome = {
  status: 'ok',
  answer: { messages: [], finish: null, finishReasons: [], usage: null, model: null, id: null },
  durationMs: 1,
};

function gateOf(cap: number): {
  at: (now: number) => void;
  /** As many as pass. */
  fill: (arm?: string) => Permit[];
} {
  let now = 0;
  const gate = concurrencyGate(cap, { now: () => now, elapsed: () => now });
  return {
    at: (time) => {
      now = time;
    },
    fill(arm = 'candidate') {
      const permits: Permit[] = [];
      for (;;) {
        const given = gate({ call, arm });
        if (typeof given === 'string') return permits;
        permits.push(given);
      }
    },
  };
}

function end(permits: readonly Permit[], outcome: ExchangeOutcome | null): void {
  for (const permit of permits) permit.ended({ leg, outcome });
}

it('lets the cap through, all arms together, and as many again when they have ended', () => {
  const { fill } = gateOf(8);
  const permits = fill('a');
  expect(permits).toHaveLength(8);
  expect(fill('b')).toHaveLength(0);
  permits.pop()?.unused();
  expect(fill('b')).toHaveLength(1);
  end(permits, ok);
  expect(fill('a')).toHaveLength(7);
});

it.each(['429', '503', '529', 'timeout', 'ECONNREFUSED'])('halves on a %s, once in a round trip', (type) => {
  const { fill } = gateOf(8);
  end(fill(), failed(type));
  const after = fill();
  expect(after).toHaveLength(4);
  end(after, failed(type));
  expect(fill()).toHaveLength(2);
});

it.each(['400', '500', 'unreadable_answer'])('does not on a %s, which is no overload', (type) => {
  const { fill } = gateOf(8);
  end(fill(), failed(type));
  expect(fill()).toHaveLength(8);
});

it.each<[LimitReason, number]>([
  ['leg_held_up', 4],
  ['leg_memory_cap', 4],
  ['leg_too_large', 8],
])('has fewer at once of one that answers more than is read: after %s %i', (reason, after) => {
  const { fill } = gateOf(8);
  end(fill(), { status: 'missing', reason, durationMs: 1 });
  expect(fill()).toHaveLength(after);
});

it('is never below one', () => {
  const { fill } = gateOf(4);
  for (let round = 0; round < 6; round += 1) end(fill(), failed('timeout'));
  expect(fill()).toHaveLength(1);
});

it('grows by one in a round of successes, up to the cap', () => {
  const { fill } = gateOf(6);
  end(fill(), failed('timeout'));
  const sizes = [0, 1, 2, 3, 4].map(() => {
    const permits = fill();
    end(permits, ok);
    return permits.length;
  });
  expect(sizes).toEqual([3, 3, 4, 5, 6]);
});

it('is each arm for itself', () => {
  const { fill } = gateOf(8);
  end(fill('slow'), failed('timeout'));
  expect(fill('slow')).toHaveLength(4);
  expect(fill('fast')).toHaveLength(4);
});

it('leaves a candidate alone for as long as it asks, a minute at most', () => {
  const { fill, at } = gateOf(8);
  end(fill(), failed('429', { 'retry-after': '20' }));
  at(19_999);
  expect(fill()).toHaveLength(0);
  at(20_000);
  end(fill(), failed('503', { 'retry-after': '86400' }));
  at(79_999);
  expect(fill()).toHaveLength(0);
  at(80_000);
  expect(fill()).toHaveLength(2);
});

it('learns nothing from shadows that were given up or broke for a reason of ours', () => {
  const { fill } = gateOf(8);
  end(fill(), null);
  for (const permit of fill())
    permit.ended({ leg: { status: 'missing', reason: 'shutdown' }, outcome: failed('timeout') });
  expect(fill()).toHaveLength(8);
});

it('goes on as before after ones that were not fired', () => {
  const { fill } = gateOf(3);
  for (const permit of fill()) permit.unused();
  expect(fill()).toHaveLength(3);
});
