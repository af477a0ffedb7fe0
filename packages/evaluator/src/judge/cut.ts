import type { JudgedPair } from './judged-pair.js';

/** The most a judge is shown of each text, in UTF-16 code units. */
export interface TextLimits {
  readonly request: number;
  readonly answer: number;
  readonly reference: number;
}

export const TEXT_LIMITS: TextLimits = { request: 16_000, answer: 16_000, reference: 16_000 };

/** Of a request the end counts most, where the question usually is; of an answer and a reference both ends alike. */
const HEAD_OF_REQUEST = 0.3;
const HEAD_OF_ANSWER = 0.5;

/** A pair as it is shown, and which of its texts are not whole. */
export interface CutPair extends JudgedPair {
  readonly cut: readonly (keyof JudgedPair)[];
}

/** Cuts each text to its limit. Both answers have the same one, or the cut would favour a side. */
export function cutPair(pair: JudgedPair, limits: TextLimits = TEXT_LIMITS): CutPair {
  const request = cutText(pair.request, limits.request, HEAD_OF_REQUEST);
  const primary = cutText(pair.primary, limits.answer, HEAD_OF_ANSWER);
  const shadow = cutText(pair.shadow, limits.answer, HEAD_OF_ANSWER);
  const reference =
    pair.reference === undefined ? {} : { reference: cutText(pair.reference, limits.reference, HEAD_OF_ANSWER) };
  const shown: JudgedPair = { request, primary, shadow, ...reference };
  const fields = ['request', 'primary', 'shadow', 'reference'] as const;
  return { ...shown, cut: fields.filter((field) => shown[field] !== pair[field]) };
}

/**
 * Keeps the beginning and the end of a text longer than `limit`, and says in between how much is left out. Never splits a
 * surrogate pair. `head` is the share of what is kept that the beginning gets, in [0,1].
 */
function cutText(text: string, limit: number, head: number): string {
  if (text.length <= limit) return text;
  const first = Math.floor(limit * head);
  const from = atLetter(text, first);
  const to = Math.max(from, atLetter(text, text.length - (limit - first)));
  return `${text.slice(0, from)}\n[... ${to - from} characters left out ...]\n${text.slice(to)}`;
}

/** The position, or one back where it lies within a surrogate pair. */
function atLetter(text: string, position: number): number {
  const code = text.charCodeAt(position);
  return position > 0 && code >= 0xdc00 && code <= 0xdfff ? position - 1 : position;
}
