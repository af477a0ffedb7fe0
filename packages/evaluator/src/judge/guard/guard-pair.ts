import { bothEnds } from '../../score/cut.js';
import { asRead } from '../as-read.js';
import type { JudgedPair } from '../judged-pair.js';
import { cutPair, TEXT_LIMITS, type TextLimits } from '../cut.js';
import { JUDGE_WORDS, type JudgeWords } from './judge-words.js';
import { containment, guardWords, LONGEST, shinglesOf } from './shingles.js';

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
 * Words to a judge keep a pair back where one answer has them and the other has none of that kind. Words that the request has, too, these very ones,
 * are the task's; others of their kind are not: a system prompt that speaks of a choice must not open the door to every order.
 * The other reasons, too, ask whether the shadow does what the primary does not. It costs a verdict, not a call: a pair kept back is missing evidence.
 *
 * @param limits What the judge will be shown of each text: in the rest nothing can be said to it.
 */
export function guardPair(pair: JudgedPair, limits: TextLimits = TEXT_LIMITS): GuardReason | null {
  const shown = cutPair(pair, limits);
  const [request, primary, shadow] = [formsOf(shown.request), formsOf(shown.primary), formsOf(shown.shadow)];
  for (const [reason, patterns] of Object.entries(JUDGE_WORDS) as [JudgeWords, readonly RegExp[]][]) {
    for (const pattern of patterns) {
      const asked = wordsIn(request, pattern);
      const isOwn = (forms: readonly string[]): boolean =>
        [...wordsIn(forms, pattern)].some((words) => !asked.has(words));
      if (isOwn(shadow) !== isOwn(primary)) return reason;
    }
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
  return !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(bothEnds(text, LONGEST));
}

/** All that a pattern finds, but for case and punctuation. Matches may overlap: words that are the task's must not cover others. */
function wordsIn(forms: readonly string[], pattern: RegExp): ReadonlySet<string> {
  const found = new Set<string>();
  for (const form of forms) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(form); match !== null; match = pattern.exec(form)) {
      found.add(match[0].toLowerCase().replace(/[^\p{L}\p{N}<>|[\]]+/gu, ' '));
      pattern.lastIndex = match.index + 1;
    }
  }
  return found;
}

/** A text as it is read, escapes of JSON resolved, with its lines and as one line: words may go on in the next one. */
function formsOf(text: string): readonly string[] {
  const lines = asRead(unescaped(text)).replace(/\s+/gu, (space) =>
    /[\n\r\u0085\u2028\u2029]/u.test(space) ? '\n' : ' ',
  );
  return lines.includes('\n') ? [lines, lines.replaceAll('\n', ' ')] : [lines];
}

const LAST_CODE_POINT = 0x10_ff_ff;

/** However often they were escaped: a model reads them all the same. Runs of backslashes are one before anything is looked for behind them. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text
    .replace(/\\{2,}/g, '\\')
    .replace(/\\(?:u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|x([0-9a-f]{2}))/gi, (whole, four, braced, two) => {
      const code = Number.parseInt(String(four ?? braced ?? two), 16);
      return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : String(whole);
    })
    .replace(/\\[nrtfv]/g, '\n')
    .replace(/\\(["'`/<>[\]])/g, '$1');
}
