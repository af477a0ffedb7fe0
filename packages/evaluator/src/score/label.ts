import { isObject, normalisedText } from '@understudy/instrumentation/trial';
import type { Answer } from './answer.js';
import type { Scorer } from './scorer.js';

/** A label has so many characters and words at most. */
const LONGEST = 64;
const MOST_WORDS = 4;
/** What may stand around a label: quotes, brackets, the marks of Markdown, a full stop. */
const AROUND = /^[\s"'“”‘’«»`*_()[\].:;,!]+|[\s"'“”‘’«»`*_()[\].:;,!]+$/gu;

/**
 * The label that an answer is: a word or a few on one line, without case and what stands around it; or the one value of a JSON
 * object with one field, as classifiers answer. Null where the answer is anything longer, calls a tool, or is a refusal.
 */
export function labelOf({ form, prose, value, calls, refusal }: Answer): string | null {
  if (form !== 'text' || prose === null || calls.length > 0 || refusal) return null;
  if (isObject(value)) return ofOneField(Object.values(value));
  if (prose.length > 2 * LONGEST || (typeof value === 'object' && value !== null)) return null;
  return folded(prose);
}

function ofOneField([only, ...others]: readonly unknown[]): string | null {
  if (others.length > 0) return null;
  return typeof only === 'string' || typeof only === 'number' || typeof only === 'boolean'
    ? folded(String(only))
    : null;
}

function folded(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST || trimmed.includes('\n')) return null;
  const label = normalisedText(trimmed.replace(AROUND, '')).toLowerCase();
  // Of signs alone they are the label.
  if (label === '') return normalisedText(trimmed);
  return label.split(/[\s_-]/).length > MOST_WORDS ? null : label;
}

/**
 * 1 where both answers are the same label, else 0. It applies where the primary is one: a class, a yes or no, a number, the
 * result of a function. An answer that is no label is another one. Not for features.
 */
export const label: Scorer = {
  name: 'label',
  applies: (primary) => labelOf(primary) !== null,
  score: (primary, other) => Number(labelOf(primary) === labelOf(other)),
};
