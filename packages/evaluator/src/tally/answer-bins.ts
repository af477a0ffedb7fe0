/** What is noted of one answer's form. Null: not known. */
export interface AnswerShape {
  /** In UTF-16 code units. */
  readonly length: number | null;
  /** ISO 639-1. */
  readonly language: string | null;
  readonly structure: readonly StructureElement[] | null;
  /** The canonical word. */
  readonly finish: string | null;
  readonly refused: boolean | null;
  /** Of the answer, evenly spread in [0, 2^48), the same for equal answers. */
  readonly hash: number | null;
}

const STRUCTURE = ['headings', 'lists', 'code', 'tables', 'json'] as const;
export type StructureElement = (typeof STRUCTURE)[number];

/** The languages the detector tells apart; the order is that of the bytes, new ones go to the end with a new version. */
const LANGUAGES: readonly string[] =
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'.split(
    ' ',
  );

const FINISHES: readonly string[] = ['stop', 'length', 'tool_call', 'content_filter', 'error'];

/** Lengths from here on share a bin. */
const LONGEST = 2 ** 24;

/** Bins of one feature: fixed, so that histograms of any two sets of answers are over the same. */
export interface Feature {
  readonly name: FeatureName;
  readonly bins: number;
  /** Bins have an order, so that a distance along it has a meaning. */
  readonly ordered: boolean;
  /** The bin of an answer; null where it is not counted. */
  bin(answer: AnswerShape): number | null;
}

export type FeatureName = 'length' | 'language' | 'structure' | 'finish' | 'refusal';

/** The features in the order of the bytes. In each list without an order the bin before the last is `other`, the last `unknown`. */
export const FEATURES: readonly Feature[] = [
  { name: 'length', bins: lengthBin(Infinity) + 1, ordered: true, bin: ({ length }) => lengthOf(length) },
  listed('language', LANGUAGES, ({ language }) => language),
  {
    name: 'structure',
    bins: 2 ** STRUCTURE.length + 1,
    ordered: false,
    bin: ({ structure }) =>
      structure === null
        ? 2 ** STRUCTURE.length
        : STRUCTURE.reduce((mask, element, at) => mask + (structure.includes(element) ? 2 ** at : 0), 0),
  },
  listed('finish', FINISHES, ({ finish }) => finish),
  listed('refusal', ['answered', 'refused'], ({ refused }) =>
    refused === null ? null : refused ? 'refused' : 'answered',
  ),
];

/**
 * The bin of a length: each below 8 of its own, then eight to an octave, so at most an eighth wide; integers only, so that
 * it is the same on every machine. From 2^24 on they share the last. Example: 7 -> 7, 8 -> 8, 16 and 17 -> 16, 1000 -> 63.
 */
export function lengthBin(length: number): number {
  const bounded = Math.min(Math.floor(length), LONGEST);
  if (bounded < 8) return bounded;
  const octave = 31 - Math.clz32(bounded);
  return 8 * (octave - 2) + ((bounded >> (octave - 3)) & 7);
}

function lengthOf(length: number | null): number | null {
  return length !== null && length >= 0 ? lengthBin(length) : null;
}

function listed(name: FeatureName, words: readonly string[], wordOf: (answer: AnswerShape) => string | null): Feature {
  const bins = new Map(words.map((word, at) => [word, at]));
  return {
    name,
    bins: words.length + 2,
    ordered: false,
    bin: (answer) => {
      const word = wordOf(answer);
      return word === null ? words.length + 1 : (bins.get(word) ?? words.length);
    },
  };
}
