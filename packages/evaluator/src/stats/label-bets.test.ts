import { describe, expect, it } from 'vitest';
import { BETS, betTerms, UNIT } from './bets.js';
import { correctedPreference, LABEL_BETS, labelBetTerms, type Preference, TRUSTS } from './label-bets.js';

const DESIGN = { m: 0.45, offered: 0.1 };
const VALUES = [0, 0.5, 1];

describe('the bets on the mean label', () => {
  it('are the plain bets on the label where everybody is asked', () => {
    const plain = betTerms(1, 0.45, 1);
    for (const judge of VALUES) {
      const terms = labelBetTerms({ kind: 'offered', judge, label: 1 }, { m: 0.45, offered: 1 }, 1);
      expect(terms.length).toBe(LABEL_BETS);
      for (let at = 0; at < LABEL_BETS; at += 1) {
        expect(Math.abs((terms[at] as number) - (plain[at % BETS] as number))).toBeLessThanOrEqual(1);
      }
    }
  });

  it('have a mean over the draw that is the label, whatever the judge says', () => {
    for (const k of TRUSTS)
      for (const judge of VALUES)
        for (const label of VALUES) {
          const asked = correctedPreference({ kind: 'offered', judge, label }, k, DESIGN);
          const spared = correctedPreference({ kind: 'judged', judge }, k, DESIGN);
          expect(0.1 * asked + 0.9 * spared).toBeCloseTo(label - 0.45, 12);
        }
  });

  it('have no drift upwards at the boundary, for any judge and any weight', () => {
    for (const weight of [1, 0.1])
      for (const judge of VALUES) {
        const capital = (preference: Preference): Float64Array =>
          labelBetTerms(preference, DESIGN, weight).map((term) => Math.exp(term / UNIT));
        const spared = capital({ kind: 'judged', judge });
        const won = capital({ kind: 'offered', judge, label: 1 });
        const lost = capital({ kind: 'offered', judge, label: 0 });
        for (let at = 0; at < LABEL_BETS; at += 1) {
          const asked = 0.45 * (won[at] as number) + 0.55 * (lost[at] as number);
          expect(0.9 * (spared[at] as number) + 0.1 * asked).toBeLessThanOrEqual(1);
        }
      }
  });

  it('never lose more than half of what they have', () => {
    const every: Preference[] = [
      ...VALUES.map((x): Preference => ({ kind: 'known', x })),
      ...VALUES.map((judge): Preference => ({ kind: 'judged', judge })),
      ...VALUES.flatMap((judge) => VALUES.map((label): Preference => ({ kind: 'offered', judge, label }))),
    ];
    for (const m of [0.05, 0.45, 0.95])
      for (const offered of [0.01, 0.1, 1])
        for (const preference of every) {
          const terms = labelBetTerms(preference, { m, offered }, 1);
          expect(Math.min(...terms) / UNIT).toBeGreaterThanOrEqual(Math.log(0.5) - 1e-9);
        }
  });

  it('count what is known against the candidate in every bet, also where the judge is not trusted', () => {
    const missing = labelBetTerms({ kind: 'known', x: 0 }, DESIGN, 1);
    for (const term of missing) expect(term).toBeLessThan(0);
    const unasked = labelBetTerms({ kind: 'judged', judge: 0 }, DESIGN, 1);
    expect(unasked[0]).toBeCloseTo(0, 12);
  });

  it.each([
    [{ kind: 'known', x: 1.1 }, DESIGN, 1],
    [{ kind: 'judged', judge: Number.NaN }, DESIGN, 1],
    [{ kind: 'offered', judge: 1, label: -0.1 }, DESIGN, 1],
    [{ kind: 'judged', judge: 1 }, { m: 0, offered: 0.1 }, 1],
    [{ kind: 'judged', judge: 1 }, { m: 0.45, offered: 0 }, 1],
    [{ kind: 'judged', judge: 1 }, DESIGN, 0],
  ] as const)('refuse %o under %o with weight %d', (preference, design, weight) => {
    expect(() => labelBetTerms(preference, design, weight)).toThrow(RangeError);
  });
});
