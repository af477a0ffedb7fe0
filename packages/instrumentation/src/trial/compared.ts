import { parseForeign } from '../dialect/json.js';
import { canonicalJson } from '../experiment/canonical-json.js';
import { composed } from './composed.js';
import { withSpeltNumbers } from './spelt-numbers.js';
import { finished, type Steps } from './steps.js';
import type { Content, Part } from './trial.js';

/** The most characters and tokens of one answer that are compared word by word: half from its beginning, half from its end. */
const LIMITS = { characters: 65_536, tokens: 8_192 };

/**
 * What can be compared of a content: its texts and refusals in order, one a line, then the tool calls as `name(arguments)`. Null where
 * there is no text, or a part of it is none (an image, a sound).
 */
export function comparedText(content: Content): string | null {
  if (content.kind !== 'text') return null;
  const lines: string[] = [];
  for (const part of content.messages.flatMap((message) => message.parts)) {
    const line = lineOf(part);
    if (line === null) return null;
    lines.push(line);
  }
  return lines.join('\n');
}

function lineOf(part: Part): string | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.content;
    case 'tool_call':
      return `${part.name}(${part.arguments})`;
    case 'tool_call_response':
      return part.response;
    case 'other':
      return null;
  }
}

/** In Unicode's composed form (NFC), every run of white space one space, none at the ends. */
export function normalisedText(text: string): string {
  return evened(text).trim();
}

function evened(text: string): string {
  return composed(text).replace(/\s+/gu, ' ');
}

/** Code units that are normalised in one piece, at least. */
const PIECE = 16_384;
/** Before such a sign a text can be parted: it is no white space, and composes with nothing that stands before it. */
const SEAM = /[\x21-\x7e\u00c0-\u024f\u0400-\u045f\u0620-\u064a\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]/g;

/** As {@link normalisedText}, in steps, where the text has letters of a common script now and then. */
export function* normalisingText(text: string): Steps<string> {
  let made = '';
  let start = 0;
  for (; text.length - start > PIECE; yield) {
    SEAM.lastIndex = start + PIECE;
    const seam = SEAM.exec(text);
    if (seam === null) break;
    made += evened(text.slice(start, seam.index));
    start = seam.index;
  }
  return (made + evened(text.slice(start))).trim();
}

/**
 * The one spelling of a JSON text: equal for two texts only where they are the same value. Null for what is not JSON, and for JSON that is too
 * deep or has too many parts.
 *
 * @param value What the text is as JSON, where it has been parsed.
 *
 * Example: `{"b": 1.0, "a": 9007199254740993}` -> `{"a":"\u00009007199254740993","b":1}`.
 */
export function canonicalText(text: string, value?: unknown): string | null {
  return finished(canonicalisingText(text, value));
}

/** As {@link canonicalText}, in steps: no one of them looks along the text twice. */
export function* canonicalisingText(text: string, value?: unknown): Steps<string | null> {
  const parsed = value ?? parseForeign(text);
  if (parsed === undefined) return null;
  yield;
  const spelt = yield* withSpeltNumbers(text);
  if (spelt === null) return null;
  yield;
  const whole = spelt === text ? parsed : parseForeign(spelt);
  yield;
  try {
    return canonicalJson(whole);
  } catch {
    return null;
  }
}

/**
 * The words, numbers and signs of a text, in order, without case; of a text beyond the limits (65,536 characters, 8,192 tokens) those
 * of its beginning and its end.
 *
 * A word is a run of letters and marks with apostrophes inside; a number is a run of digits with `.` or `,` inside; every
 * other character that is not white space is a token of its own, and so is each letter of the scripts that are written
 * without spaces. Linear in the text.
 * Example: `Don't pay $1,200.50!` -> don't, pay, $, 1,200.50, !
 */
export function comparedTokens(text: string): readonly string[] {
  const { characters, tokens } = LIMITS;
  const kept = text.length <= characters ? text : `${text.slice(0, characters / 2)} ${text.slice(-characters / 2)}`;
  const all = composed(kept).toLowerCase().match(TOKEN) ?? [];
  return all.length <= tokens ? all : [...all.slice(0, tokens / 2), ...all.slice(-tokens / 2)];
}

const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => String.raw`\p{sc=${script}}`)
  .join('');
const LETTERS = String.raw`[[\p{L}\p{M}]--[${UNSPACED}]]+`;
const TOKEN = new RegExp(String.raw`[${UNSPACED}]|${LETTERS}(?:['’]${LETTERS})*|\p{N}+(?:[.,]\p{N}+)*|\S`, 'gv');
