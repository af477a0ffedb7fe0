import { describe, expect, it } from 'vitest';
import { betTerms } from './bets.js';
import { logEValue } from './e-value.js';
import { LABEL_BETS, labelBetTerms, type Preference } from './label-bets.js';
import { meanAtLeast, type Wagered } from './mean-by-bets.js';
import { fractions } from './mulberry32.js';

const LEVEL = 0.05;
const BAR = -Math.log(LEVEL);

interface Gathered {
  readonly wagered: () => Wagered;
  add(x: number, weight?: number): void;
}

/** Evidence as a tally keeps it. */
function gather(m: number): Gathered {
  const capital = betTerms(m, m, 1).map(() => 0);
  let [pairs, weight] = [0, 0];
  const terms = new Map<string, Float64Array>();
  return {
    wagered: () => ({ m, capital: [...capital].map(BigInt), pairs, known: pairs, weight }),
    add(x, w = 1) {
      const key = `${x} ${w}`;
      const own = terms.get(key) ?? betTerms(x, m, w);
      terms.set(key, own);
      for (const [at, term] of own.entries()) capital[at] = (capital[at] ?? 0) + term;
      pairs += 1;
      weight += w;
    },
  };
}

/** 0, .5 or 1 with a share of ties and a mean. */
function outcome(random: () => number, mean: number, ties: number): number {
  const won = (mean - ties / 2) / (1 - ties);
  if (random() < ties) return 0.5;
  return random() < won ? 1 : 0;
}

describe('meanAtLeast', () => {
  it('knows nothing without pairs, and more with every one that says the same', () => {
    const gathered = gather(0.5);
    expect(meanAtLeast(gathered.wagered(), BAR)).toBe(0);
    const ends = [25, 75, 200].map((pairs) => {
      for (let pair = 0; pair < pairs; pair += 1) gathered.add(1);
      return meanAtLeast(gathered.wagered(), -Math.log(0.025));
    });
    expect(ends.map((end) => Number(end.toFixed(3)))).toEqual([0.725, 0.927, 0.975]);
  });

  it('passes the boundary at the very look at which the claim is made, whatever the weights', () => {
    const random = fractions(7);
    let made = 0;
    for (let run = 0; run < 40; run += 1) {
      const m = 0.3 + 0.4 * random();
      const gathered = gather(m);
      const isWeighted = run % 2 === 1;
      for (let pair = 0; pair < 300; pair += 1) {
        gathered.add(outcome(random, Math.min(0.85, m + 0.1), 0.2), isWeighted && random() < 0.5 ? 0.3 : 1);
        if (pair % 20 > 0) continue;
        const wagered = gathered.wagered();
        const isMade = logEValue(wagered.capital) >= BAR;
        if (isMade) made += 1;
        expect(meanAtLeast(wagered, BAR) >= m).toBe(isMade);
      }
    }
    expect(made).toBeGreaterThan(100);
  });

  it('counts what is missing against the claim, and what is worth less for less', () => {
    const full = gather(0.45);
    for (let pair = 0; pair < 200; pair += 1) full.add(1);
    const whole = full.wagered();
    const missing = betTerms(0, 0.45, 1);
    const capital = whole.capital.map((sum, at) => sum + 20n * BigInt(missing[at] ?? 0));
    const lacking = meanAtLeast({ ...whole, capital, pairs: 220 }, BAR);
    expect(lacking).toBeLessThan(200 / 220);
    expect(lacking).toBeGreaterThan(0.8);
    const light = gather(0.45);
    for (let pair = 0; pair < 200; pair += 1) light.add(1, 0.25);
    expect(meanAtLeast(light.wagered(), BAR)).toBeLessThan(meanAtLeast(whole, BAR));
    expect(meanAtLeast(light.wagered(), BAR)).toBeGreaterThan(0.6);
  });
});

/** Looks at a run of pairs again and again: in how many runs the mean was ever outside. */
describe('the mean is above the end at every look, but for one run in twenty', () => {
  const RUNS = 200;
  const LOOKS = 30;
  const PAIRS = 15;
  /** Three standard errors. */
  const MOST = LEVEL + 3 * Math.sqrt((LEVEL * (1 - LEVEL)) / RUNS);

  function share(seed: number, run: (random: () => number) => Iterable<boolean>): number {
    const random = fractions(seed);
    let missed = 0;
    for (let at = 0; at < RUNS; at += 1) {
      for (const isMissed of run(random)) {
        if (!isMissed) continue;
        missed += 1;
        break;
      }
    }
    return missed / RUNS;
  }

  it.each([
    [0.475, 0.475, 0],
    [0.475, 0.55, 0.6],
    [0.475, 0.3, 0.3],
    [0.8, 0.75, 0],
  ])('tested against %d with a mean of %d and %d ties', (m, mean, ties) => {
    let looks = 0;
    const missed = share(11, function* (random) {
      const gathered = gather(m);
      for (let look = 0; look < LOOKS; look += 1) {
        for (let pair = 0; pair < PAIRS; pair += 1) gathered.add(outcome(random, mean, ties));
        looks += 1;
        yield meanAtLeast(gathered.wagered(), BAR) > mean;
      }
    });
    expect(looks).toBeGreaterThan(RUNS * LOOKS * 0.9);
    expect(missed).toBeLessThanOrEqual(MOST);
  });

  it('with unequal probabilities of inclusion', () => {
    const missed = share(13, function* (random) {
      const gathered = gather(0.475);
      for (let look = 0; look < LOOKS; look += 1) {
        for (let call = 0; call < 2 * PAIRS; call += 1) {
          const pi = random() < 0.5 ? 1 : 0.25;
          const x = outcome(random, 0.5, 0.3);
          if (random() < pi) gathered.add(x, 0.25 / pi);
        }
        yield meanAtLeast(gathered.wagered(), BAR) > 0.5;
      }
    });
    expect(missed).toBeLessThanOrEqual(MOST);
  });

  it('of labels, whatever the judge says', () => {
    const labels = { m: 0.45, offered: 0.2 };
    const [mean, likes] = [0.5, 0.8];
    const cache = new Map<string, Float64Array>();
    const termsOf = (preference: Preference): Float64Array => {
      const key = JSON.stringify(preference);
      const known = cache.get(key) ?? labelBetTerms(preference, labels, 1);
      cache.set(key, known);
      return known;
    };
    const missed = share(17, function* (random) {
      const capital = new Float64Array(LABEL_BETS);
      for (let look = 1; look <= 20; look += 1) {
        for (let pair = 0; pair < 2 * PAIRS; pair += 1) {
          const label = Number(random() < mean);
          const judge = Number(random() < likes);
          const isOffered = random() < labels.offered;
          const said: Preference = isOffered ? { kind: 'offered', judge, label } : { kind: 'judged', judge };
          for (const [at, term] of termsOf(said).entries()) capital[at] = (capital[at] ?? 0) + term;
        }
        const pairs = look * 2 * PAIRS;
        const wagered = { m: labels.m, capital: [...capital].map(BigInt), pairs, known: pairs, weight: pairs, labels };
        yield meanAtLeast(wagered, BAR) > mean;
      }
    });
    expect(missed).toBeLessThanOrEqual(MOST);
  });

  it('while an interval for one look misses it far more often: the simulation can tell', () => {
    const missed = share(11, function* (random) {
      let [sum, squares] = [0, 0];
      for (let pair = 1; pair <= LOOKS * PAIRS; pair += 1) {
        const x = outcome(random, 0.475, 0);
        sum += x;
        squares += x * x;
        if (pair % PAIRS > 0) continue;
        const mean = sum / pair;
        yield mean - 1.645 * Math.sqrt((squares / pair - mean * mean) / pair) > 0.475;
      }
    });
    expect(missed).toBeGreaterThan(0.2);
  });
});
