import { commonGrams } from './common-n-grams.js';
import { bothEnds } from './cut.js';
import type { Scorer } from './scorer.js';

const LONGEST = 6;
const BETA = 2;
/** In UTF-16 code units: so much of an answer is compared, half of it at each end. */
const MOST = 16_384;

/**
 * How much of the primary's characters the other answer has, in the same small groups: chrF, the F-measure with beta = 2 of the
 * precision P and recall R of n-grams of characters, each the mean over n = 1 to 6, white space left out:
 * (1 + 4) P R / (4 P + R). An n longer than one of the two texts is left out of the means; two texts without a character are 1.
 * It sees inflected words as near, and needs no words at all.
 *
 * Not symmetric: the primary is the reference. Not for features, which have no characters.
 * Source: Popovic, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015; counted as in sacreBLEU.
 * Example: `abc` for `abcd`: P = 1, R = (3/4 + 2/3 + 1/2) / 3 = .639 -> .689.
 */
export const chrf: Scorer = {
  name: 'chrf',
  applies: ({ form }) => form === 'text',
  score: (primary, other) =>
    primary.raw === other.raw ? 1 : fMeasure(charactersOf(primary.raw), charactersOf(other.raw)),
};

function fMeasure(reference: Int32Array, other: Int32Array): number {
  const longest = Math.min(LONGEST, reference.length, other.length);
  if (longest === 0) return Number(reference.length === other.length);
  let [precision, recall] = [0, 0];
  for (const { common, ofA, ofB } of commonGrams(reference, other, longest)) {
    precision += common / ofB / longest;
    recall += common / ofA / longest;
  }
  const weighted = BETA ** 2 * precision + recall;
  return weighted === 0 ? 0 : Math.min(1, ((1 + BETA ** 2) * precision * recall) / weighted);
}

/** Its code points without white space. */
function charactersOf(text: string): Int32Array {
  const kept = bothEnds(text, MOST);
  const points = new Int32Array(kept.length);
  let count = 0;
  for (let at = 0; at < kept.length; at += 1) {
    const unit = kept.charCodeAt(at);
    if (isSpace(unit)) continue;
    const point = unit >= 0xd800 && unit <= 0xdbff ? (kept.codePointAt(at) ?? unit) : unit;
    if (point > 0xffff) at += 1;
    points[count] = point;
    count += 1;
  }
  return points.subarray(0, count);
}

/** White space as `\s` has it. */
function isSpace(unit: number): boolean {
  if (unit <= 32) return unit === 32 || (unit >= 9 && unit <= 13);
  if (unit < 160) return false;
  return unit === 0xa0 || unit === 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || isRareSpace(unit);
}

function isRareSpace(unit: number): boolean {
  return unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000 || unit === 0xfeff;
}
