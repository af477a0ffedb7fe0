import { describe, expect, it } from 'vitest';
import { isUsedUp, MOST_NANO_USD } from './lease.js';
import { readBudgetsOfRedis } from './lease-script.js';
import { amountOf, numberAt } from './numbers.js';

describe('a number that a store holds', () => {
  it.each([
    ['5', 5],
    [MOST_NANO_USD, MOST_NANO_USD],
    ['9007199254740989952', MOST_NANO_USD],
    ['inf', null],
    [Infinity, MOST_NANO_USD],
    ['1.5', null],
    ['nonsense', null],
    [undefined, null],
  ])('as %s is %s', (given, expected) => {
    if (expected === null) expect(() => numberAt([given], 0)).toThrow('no budget that can be read');
    else expect(numberAt([given], 0)).toBe(expected);
  });

  it('is an amount that can be added up', () => {
    const amounts = [-1, 0, 7, MOST_NANO_USD + 2, Infinity, Number.NaN].map(amountOf);
    expect(amounts).toEqual([0, 0, 7, MOST_NANO_USD, MOST_NANO_USD, MOST_NANO_USD]);
    // Four of them, exactly.
    expect(Number.isSafeInteger(4 * MOST_NANO_USD)).toBe(true);
  });
});

it.each(['9007199254740989952', '1e400', 'nan', 'nonsense'])(
  'a budget of which %s was spent is used up',
  async (spent) => {
    const hash = { spent, limit: '50000000000', least: '0', 'l:a': `${spent} 1 1 1 1` };
    const [budget] = await readBudgetsOfRedis({ smembers: async () => ['e'], hgetall: async () => hash });
    expect(budget).toMatchObject({ spent: MOST_NANO_USD, reserved: MOST_NANO_USD, limit: 50e9 });
    expect(budget !== undefined && isUsedUp(budget)).toBe(true);
  },
);
