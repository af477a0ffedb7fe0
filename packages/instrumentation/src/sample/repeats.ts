import { AA_ARM, type ClusterKey } from '../trial/trial.js';

/** Distinct keys remembered at least; most of the time twice as many: about 4 MB. */
const KEYS = 20_000;

/** Which candidates have had a call of which cluster key lately, in bounded memory. */
export interface Repeats {
  /** Of the arms, the candidates that have had no call of the key, and the A/A leg where there is one of these to stand beside. */
  freshOf(cluster: ClusterKey, arms: readonly string[]): readonly string[];
  /** A call of the key was admitted for the arm. */
  admitted(cluster: ClusterKey, arm: string): void;
}

/**
 * Remembers `keys` distinct keys at least and twice as many at most: when the younger of two generations is full, the older is
 * forgotten. A key that is met again counts as new. One that is forgotten costs a shadow that is no evidence, and nothing else.
 */
export function createRepeats(keys: number = KEYS): Repeats {
  let young = new Set<string>();
  let old = new Set<string>();

  function add(key: string): void {
    if (young.size >= keys && !young.has(key)) {
      old = young;
      young = new Set();
    }
    young.add(key);
  }

  function isKnown(key: string): boolean {
    if (young.has(key)) return true;
    if (!old.has(key)) return false;
    add(key);
    return true;
  }

  return {
    freshOf(cluster, arms) {
      const candidates = arms.filter((arm) => arm !== AA_ARM && !isKnown(`${arm} ${cluster}`));
      return candidates.length === 0 ? [] : arms.filter((arm) => arm === AA_ARM || candidates.includes(arm));
    },
    admitted(cluster, arm) {
      if (arm !== AA_ARM) add(`${arm} ${cluster}`);
    },
  };
}
