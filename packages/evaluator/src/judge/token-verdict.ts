import type { TokenProbability } from './model-client.js';
import { TIE_LETTER } from './prompt.js';
import type { Verdict } from './reply.js';

/** The letters must carry this much of the probability: otherwise the judge was about to say something else. */
const LEAST_MASS = 0.5;

export interface TokenVerdict {
  readonly verdict: Verdict;
  /** Share of the probability on the verdict, of what the three letters have. */
  readonly confidence: number;
  /** Of A over B, in [0,1]: the share of A and half that of a tie. */
  readonly preference: number;
}

/**
 * Reads the probabilities of the first token. Spellings of one letter (` A`, `a`) are added up. Null where the three letters
 * together have less than half. Two letters with the same probability are a tie.
 */
export function tokenVerdict(tokens: readonly TokenProbability[]): TokenVerdict | null {
  const mass = (letter: string): number =>
    tokens
      .filter(({ token }) => token.trim().toUpperCase() === letter)
      .reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
  const a = mass('A');
  const b = mass('B');
  const tie = mass(TIE_LETTER);
  const all = a + b + tie;
  if (!(all >= LEAST_MASS && Number.isFinite(all))) return null;
  const verdict = a > b && a > tie ? 'A' : b > a && b > tie ? 'B' : 'TIE';
  const top = verdict === 'A' ? a : verdict === 'B' ? b : tie;
  return { verdict, confidence: top / all, preference: (a + tie / 2) / all };
}
