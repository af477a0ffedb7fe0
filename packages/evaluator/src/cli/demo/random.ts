import { fractions } from '../../stats/mulberry32.js';

/** A stream of numbers that is the same for the same keys, on every machine. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Log-normal: `median` is its median, `sigma` the standard deviation of its logarithm. */
  logNormal(median: number, sigma: number): number;
}

/** FNV-1a over UTF-16 code units, 32 bits, with a final avalanche so that close keys give unrelated streams. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The stream of these keys. */
export function randomOf(...keys: readonly (string | number)[]): Random {
  const next = fractions(hashOf(keys.join('\u0000')));
  return {
    next,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    chance: (probability) => next() < probability,
    logNormal(median, sigma) {
      // Box and Muller; 1 - u keeps the logarithm finite.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(sigma * normal);
    },
  };
}
