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
  score: (primary, other) => (primary.raw === other.raw ? 1 : fMeasure(primary.raw, other.raw)),
};

function fMeasure(primary: string, answer: string): number {
  const numbering = new Numbering();
  const [reference, other] = [numbering.charactersOf(primary), numbering.charactersOf(answer)];
  const longest = Math.min(LONGEST, reference.length, other.length);
  if (longest === 0) return Number(reference.length === other.length);
  let [precision, recall] = [0, 0];
  for (const [index, common] of commonGrams(reference, other, numbering.count, longest).entries()) {
    precision += common / (other.length - index) / longest;
    recall += common / (reference.length - index) / longest;
  }
  const weighted = BETA ** 2 * precision + recall;
  return weighted === 0 ? 0 : Math.min(1, ((1 + BETA ** 2) * precision * recall) / weighted);
}

/** Code points whose numbers stand in a list; most texts are made of them. */
const NEAR = 512;
/** Stands where a number would, of white space. */
const SPACE = 0xffff;
const NONE_YET: Uint16Array = Uint16Array.from({ length: NEAR }, (_, unit) => (isSpace(unit) ? SPACE : 0));

/** Numbers characters as they come, from 1 on. */
class Numbering {
  count = 0;
  readonly #near = NONE_YET.slice();
  readonly #far = new Map<number, number>();

  /** The code points of a text without white space, each by its number. */
  charactersOf(text: string): Uint16Array {
    const kept = bothEnds(text, MOST);
    const characters = new Uint16Array(kept.length);
    const near = this.#near;
    let length = 0;
    for (let at = 0; at < kept.length; at += 1) {
      const unit = kept.charCodeAt(at);
      let number = unit < NEAR ? (near[unit] as number) : 0;
      if (number === SPACE) continue;
      if (number === 0) {
        if (isSpace(unit)) continue;
        const point = unit >= 0xd800 && unit <= 0xdbff ? (kept.codePointAt(at) ?? unit) : unit;
        if (point > 0xffff) at += 1;
        number = this.#numberOf(point);
      }
      characters[length] = number;
      length += 1;
    }
    return characters.subarray(0, length);
  }

  #numberOf(point: number): number {
    const known = point < NEAR ? 0 : (this.#far.get(point) ?? 0);
    if (known !== 0) return known;
    this.count += 1;
    if (point < NEAR) this.#near[point] = this.count;
    else this.#far.set(point, this.count);
    return this.count;
  }
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
