import { expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import { responseOf } from '../capture/provider-response.js';
import type { ExchangeOutcome } from '../shadow/bounded.js';
import { concurrencyGate } from './concurrency.js';
import { allOf, both, type Permit, type Proposed, type ShadowEnd } from './gate.js';
import { failed, governed } from './governor.test.support.js';

const end = (outcome: ExchangeOutcome): ShadowEnd => ({
  leg: { status: 'error', type: 'x', durationMs: 1, span: null },
  outcome,
});

function permitted(given: Permit | string): Permit {
  if (typeof given === 'string') throw new Error(`refused: ${given}`);
  return given;
}

/** Of a candidate that is code: an error of its own making, whose headers throw when they are read. */
function thrown(): ExchangeOutcome {
  const headers = {
    get: () => {
      throw new Error('no headers');
    },
  };
  const response = responseOf(Object.assign(new Error('refused'), { status: 429, headers }));
  if (response === null) throw new Error('no response');
  return { status: 'error', type: '429', durationMs: 1, response };
}

it('gives every place back after shadows whose errors throw when they are looked at', () => {
  const { governor, primary } = governed({ governor: { pauseMs: 0 } });
  const cap = 3;
  const gate = allOf<Proposed>([governor.gate, concurrencyGate(cap)]);
  for (let call = 0; call < 3 * cap; call += 1) {
    const given = gate({ call: primary().call, arm: 'candidate' });
    expect(given).not.toBe('concurrency_cap');
    permitted(given).ended(end(thrown()));
  }
});

it('ends and gives back each permit, whatever the others do', () => {
  const told: string[] = [];
  const broken = (): never => {
    throw new Error('broken');
  };
  const permit = both([
    { ended: broken, unused: broken },
    { ended: () => void told.push('ended'), unused: () => void told.push('unused') },
  ]);
  permit.ended(end(failed('500')));
  permit.unused();
  expect(told).toEqual(['ended', 'unused']);
});

it('gives back what was held before a gate that breaks, and lets nothing pass', () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  let held = 0;
  const counting = (): Permit => {
    held += 1;
    const back = (): void => void (held -= 1);
    return { ended: back, unused: back };
  };
  const gate = allOf<Proposed>([counting, broken]);
  expect(gate({ call: callOf(), arm: 'candidate' })).toBe('concurrency_cap');
  expect(held).toBe(0);
});
