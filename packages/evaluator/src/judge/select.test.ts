import { describe, expect, it } from 'vitest';
import { checkSelection, draw, drawForJudging } from './select.js';

const KEY = 'secret';
const pair = (at: number, fields: { pi?: number; agreement?: number | null; exact?: boolean } = {}) => ({
  pairId: `pair-${at}`,
  pi: 1,
  agreement: null,
  exact: false,
  ...fields,
});

describe('the draw of pairs to be judged', () => {
  it('takes as many as it says, the same ones each time', () => {
    const drawn = Array.from({ length: 20_000 }, (_, at) => drawForJudging(pair(at), { rate: 0.1 }, 0.01, KEY));
    const share = drawn.filter((each) => each.drawn).length / drawn.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(3 * Math.sqrt(0.09 / 20_000));
    expect(new Set(drawn.map(({ pi, probability }) => `${pi} ${probability}`))).toEqual(new Set(['0.1 0.1']));
    expect(drawForJudging(pair(7), { rate: 0.1 }, 0.01, KEY)).toEqual(drawn[7]);
  });

  it('differs with the key and the purpose, and a lower rate takes a part of what a higher one does', () => {
    expect(draw('judge', 'x', KEY)).not.toBe(draw('judge', 'x', 'other'));
    expect(draw('judge', 'x', KEY)).not.toBe(draw('label', 'x', KEY));
    for (let at = 0; at < 500; at += 1) {
      const few = drawForJudging(pair(at), { rate: 0.1 }, 0.01, KEY).drawn;
      const many = drawForJudging(pair(at), { rate: 0.3 }, 0.01, KEY).drawn;
      expect(few && !many).toBe(false);
    }
  });

  it('goes by the first stratum that the agreement is below', () => {
    const selection = {
      rate: 0.05,
      strata: [
        { below: 0.3, rate: 1 },
        { below: 0.8, rate: 0.4 },
      ],
    };
    const probability = (agreement: number | null): number =>
      drawForJudging(pair(1, { agreement }), selection, 0.01, KEY).probability;
    expect([0, 0.29, 0.3, 0.79, 0.8, 1, null].map(probability)).toEqual([1, 1, 0.4, 0.4, 0.05, 0.05, 0.05]);
  });

  it('takes equal answers always, for they cost nothing', () =>
    expect(drawForJudging(pair(1, { exact: true, pi: 0.5 }), { rate: 0.01 }, 0.001, KEY)).toEqual({
      drawn: true,
      probability: 1,
      pi: 0.5,
    }));

  it('never lets pi fall below the least one', () => {
    const drawn = drawForJudging(pair(1, { pi: 0.1 }), { rate: 0.1 }, 0.05, KEY);
    expect(drawn).toMatchObject({ probability: 0.5, pi: 0.05 });
    expect(drawForJudging(pair(1, { pi: 0.04 }), { rate: 0.1 }, 0.05, KEY)).toMatchObject({ drawn: true, pi: 0.04 });
  });

  it.each([
    [{ rate: 0 }, /judge\.rate/],
    [{ rate: 1.5 }, /judge\.rate/],
    [{ rate: 0.1, strata: [{ below: 0.5, rate: Number.NaN }] }, /strata\.0\.rate/],
    [
      {
        rate: 0.1,
        strata: [
          { below: 0.5, rate: 1 },
          { below: 0.5, rate: 1 },
        ],
      },
      /strata\.1\.below: expected it to rise/,
    ],
  ])('refuses %o', (selection, message) => expect(() => checkSelection(selection)).toThrow(message));
});
