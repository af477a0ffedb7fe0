import type { PreferenceFacts } from '../../packages/evaluator/src/tally/preference.js';
import type { Random } from './random.js';

/** 0: the incumbent's answer is better, .5: neither, 1: the candidate's. */
export type Side = 0 | 0.5 | 1;

/** What is planted in a simulated judge. */
export interface Traits {
  /** Share of the true differences it is able to see; otherwise it calls a tie. */
  readonly sees: number;
  /** Share of the answers it gives at random, in each order. */
  readonly noise: number;
  /** Share of the answers it gives to whichever is shown first. */
  readonly position: number;
  /** Share of the answers it gives to whichever is longer. */
  readonly length: number;
  /** It says the opposite of what it sees. */
  readonly inverted?: boolean;
}

export const FAIR: Traits = { sees: 0.9, noise: 0, position: 0, length: 0 };

/** Asks twice, in both orders; where the two disagree it is a tie. */
export function judge(random: Random, traits: Traits, truth: Side, longer: Side): Side {
  const perceived: Side = random.chance(traits.sees) ? truth : 0.5;
  const first = ask(random, traits, perceived, longer, 1);
  const second = ask(random, traits, perceived, longer, 0);
  return first === second ? first : 0.5;
}

/** One answer, where `shown` is the side whose text comes first. */
function ask(random: Random, traits: Traits, perceived: Side, longer: Side, shown: Side): Side {
  const draw = random.next();
  const { noise, position, length, inverted = false } = traits;
  if (draw < noise) return random.chance(0.5) ? 1 : 0;
  if (draw < noise + position) return shown;
  if (draw < noise + position + length) return longer;
  return inverted ? ((1 - perceived) as Side) : perceived;
}

/** Pairs whose mean preference is `mean`; `ties` of them are true ties. */
export interface Pairs {
  readonly mean: number;
  readonly ties: number;
  /** Share of the pairs in which the candidate's answer is the longer one. */
  readonly longer: number;
}

/** What people do with what is offered to them: the share they answer, by what is true. */
export interface People {
  readonly offered: number;
  readonly answer: (truth: Side) => number;
}

export const ALL_ANSWER: People = { offered: 0.1, answer: () => 1 };

/** 60 % of the offers are answered, those the candidate loses less often: nobody reads a bad answer to its end. */
export const LOSSES_STAY_UNANSWERED: People = { offered: 0.1, answer: (truth) => (truth === 0 ? 0.5 : 0.722) };

export function truthOf(random: Random, { mean, ties }: Pairs): Side {
  const draw = random.next();
  if (draw < ties) return 0.5;
  return draw < ties / 2 + mean ? 1 : 0;
}

/** One pair as the ledger knows it. */
export function judgedPair(random: Random, pairs: Pairs, traits: Traits, people: People): PreferenceFacts {
  const truth = truthOf(random, pairs);
  const verdict = judge(random, traits, truth, random.chance(pairs.longer) ? 1 : 0);
  if (!random.chance(people.offered)) return { status: 'judged', verdict, label: 'not_offered' };
  return { status: 'judged', verdict, label: random.chance(people.answer(truth)) ? truth : 'unanswered' };
}

/** What the canaries show of a judge: of `count` pairs with a planted fault, and of as many identical ones. */
export function tryJudge(random: Random, traits: Traits, count: number): { detected: number; falseWins: number } {
  let detected = 0;
  let falseWins = 0;
  for (let at = 0; at < count; at += 1) {
    if (judge(random, traits, 1, random.chance(0.5) ? 1 : 0) === 1) detected += 1;
    if (judge(random, traits, 0.5, random.chance(0.5) ? 1 : 0) !== 0.5) falseWins += 1;
  }
  return { detected, falseWins };
}
