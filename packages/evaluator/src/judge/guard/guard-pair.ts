import type { JudgedPair } from '../judged-pair.js';
import { cutPair, TEXT_LIMITS, type TextLimits } from '../cut.js';
import { JUDGE_WORDS, type JudgeWords } from './judge-words.js';
import { containment, guardWords, shinglesOf } from './shingles.js';

/**
 * Why a pair is kept from the judge. `fence`: marks of the judge's prompt, or of a chat template. `verdict`: a judge's reply. `address`: words to a
 * judge. `empty`: no letter, digit or picture. `echo`: what was asked, given back. `padding`: the same again, or over and over, where the primary is not like that.
 */
export type GuardReason = JudgeWords | 'empty' | 'echo' | 'padding';

/** A shadow that gives back so much of its words out of the request, where the primary gives back less than half of that. */
const ECHO = 0.6;
/** Distinct runs of words of all runs: below it, a text says the same over and over. Twice the same text has a half. */
const DISTINCT = 0.6;
const FEWEST_SHINGLES = 6;
/** Below it, a text that repeats itself is a line of links or a type. */
const FEWEST_REPEATED = 16;

/**
 * Looks at a pair before it is put to a judge. Null where nothing is the matter.
 *
 * Words to a judge keep a pair back where one answer has them, and neither the other nor the request: what a user asks for, both write.
 * The other reasons, too, ask whether the shadow does what the primary does not. It costs a verdict, not a call: a pair kept back is missing evidence.
 *
 * @param limits What the judge will be shown of each text: in the rest nothing can be said to it.
 */
export function guardPair(pair: JudgedPair, limits: TextLimits = TEXT_LIMITS): GuardReason | null {
  const shown = cutPair(pair, limits);
  const [request, primary, shadow] = [folded(shown.request), folded(shown.primary), folded(shown.shadow)];
  for (const [reason, patterns] of Object.entries(JUDGE_WORDS) as [JudgeWords, readonly RegExp[]][]) {
    const has = (text: string): boolean => patterns.some((pattern) => pattern.test(text));
    if (has(shadow) !== has(primary) && !has(request)) return reason;
  }
  if (isEmpty(pair.shadow) !== isEmpty(pair.primary)) return 'empty';
  return compared(pair);
}

function compared(pair: JudgedPair): GuardReason | null {
  const [shadow, primary] = [shinglesOf(guardWords(pair.shadow)), shinglesOf(guardWords(pair.primary))];
  const request = new Set(shinglesOf(guardWords(pair.request)));
  const echoed = containment(shadow, request);
  if (shadow.length >= FEWEST_SHINGLES && echoed >= ECHO && containment(primary, request) < echoed / 2) return 'echo';
  const distinct = distinctShare(shadow);
  if (distinct < DISTINCT && distinctShare(primary) > 1.5 * distinct) return 'padding';
  return null;
}

/** 1 for a text too short to repeat itself. */
function distinctShare(shingles: readonly number[]): number {
  return shingles.length < FEWEST_REPEATED ? 1 : new Set(shingles).size / shingles.length;
}

function isEmpty(text: string): boolean {
  return !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text);
}

/** Compatibility forms made plain and invisible signs removed, or a full-width or broken-up word would pass. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\t\p{Zs}]+/gu, ' ');
}
