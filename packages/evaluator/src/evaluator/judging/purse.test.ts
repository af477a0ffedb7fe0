import { describe, expect, it } from 'vitest';
import type { Asked } from '../../ledger/judging-state.js';
import { type Purse, reserve } from './purse.js';

interface Bench {
  readonly purse: Purse;
  readonly asked: Omit<Asked, 'calls'>[];
  readonly hour: { used: number };
}

/** A purse of a dollar an hour. */
function open(): Bench {
  const hour = { used: 0 };
  const asked: Omit<Asked, 'calls'>[] = [];
  const purse: Purse = {
    experiment: 'x',
    who: 'judge',
    limits: () => ({ perMinute: null, usdPerHour: 1 }),
    budget: () => null,
    ledger: {
      async use(_, amount, limit) {
        if (hour.used + amount > limit) return false;
        hour.used += amount;
        return true;
      },
      async giveBack(_, amount) {
        hour.used -= amount;
      },
      async noteAsked(one) {
        asked.push(one);
      },
    },
    now: () => 0,
    onUnpriced: () => undefined,
  };
  return { purse, asked, hour };
}

/** Calls until the hour's money is used up, each for a cent at the most; gives what they cost. */
async function spend({ purse }: Bench, cost: number | null): Promise<number> {
  for (let spent = 0; ; spent += cost ?? 1e7) {
    const reserved = await reserve(purse, 'm', () => 1e7);
    if (reserved.status !== 'granted') return spent;
    await reserved.settle(cost, 'answered');
  }
}

describe("the hour's money", () => {
  it('is charged what a call did cost, also where that is more than it was taken to cost', async () => {
    expect(await spend(open(), 5e6)).toBe(995e6);
    expect(await spend(open(), null)).toBe(1e9);
    const dearer = open();
    // Three times what was expected: the last one is begun with a little left.
    expect(await spend(dearer, 3e7)).toBe(102e7);
    expect(dearer.hour.used).toBe(102e7);
  });

  it('takes no call for more than a hundred times what was expected, nor does what is shown of it', async () => {
    const bench = open();
    await spend(bench, 6.59e17);
    expect(bench.hour.used).toBe(1e9);
    expect(bench.asked.filter(({ outcome }) => outcome === 'answered')).toEqual([
      { experiment: 'x', who: 'judge', outcome: 'answered', cost: 1e9 },
    ]);
  });
});
