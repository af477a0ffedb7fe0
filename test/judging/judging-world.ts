import { seeded } from '../simulation/random.js';

/**
 * A world in which it is known how good an answer is: a request names a case by its number, and the right answer to it is a chain of
 * sentences that a judge server can make again from the number alone.
 */
export interface Case {
  readonly request: string;
  readonly answer: string;
}

const SUBJECTS = [
  'harbour',
  'orchard',
  'archive',
  'workshop',
  'station',
  'library',
  'kitchen',
  'clinic',
  'quarry',
  'mill',
];
const DOINGS = ['opens', 'closes', 'counts', 'repairs', 'lends', 'records', 'weighs', 'sorts', 'ships', 'checks'];
const THINGS = ['parcels', 'ledgers', 'lanterns', 'baskets', 'engines', 'maps', 'bottles', 'ropes', 'tiles', 'samples'];
const TIMES = ['at dawn', 'before noon', 'on Fridays', 'after the inspection', 'in winter', 'without delay', 'by hand'];

const made = new Map<number, Case>();

export function caseOf(number: number): Case {
  const known = made.get(number) ?? makeCase(number);
  made.set(number, known);
  return known;
}

function makeCase(number: number): Case {
  const random = seeded(1_000_003 + number);
  const pick = (words: readonly string[]): string => words[Math.floor(random.next() * words.length)] ?? '';
  const sentences = Array.from({ length: 4 }, () => {
    const amount = 10 + Math.floor(random.next() * 80);
    return `The ${pick(SUBJECTS)} ${pick(DOINGS)} ${amount} ${pick(THINGS)} ${pick(TIMES)}.`;
  });
  return { request: `[user]\nCase #${number}: say what happens there, in full.`, answer: sentences.join(' ') };
}

/** An answer to the case with its last sentences missing: worse than the right one by that much. */
export function worseAnswer(number: number, kept: number): string {
  return caseOf(number)
    .answer.split(/(?<=\.) /)
    .slice(0, kept)
    .join(' ');
}

/**
 * In [0,1]: the share of the right answer's neighbouring words that an answer has, as neighbours. Nothing but words counts, and only within a
 * sentence: what stands where two of them meet is in part of an answer that is said twice, too.
 */
export function qualityOf(request: string, answer: string): number {
  const number = /Case #(\d+):/.exec(request)?.[1];
  if (number === undefined) return 0;
  const wanted = neighbours(caseOf(Number(number)).answer);
  const has = neighbours(answer);
  return [...wanted].filter((each) => has.has(each)).length / wanted.size;
}

function neighbours(text: string): Set<string> {
  const sentences = text.split(/[.!?](?=\s|$)/).map((sentence) => sentence.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  return new Set(sentences.flatMap((words) => words.slice(1).map((word, at) => `${words[at]} ${word}`)));
}
