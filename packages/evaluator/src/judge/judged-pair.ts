import {
  canonicalText,
  composed,
  type Content,
  type Leg,
  parseForeign,
  type Part,
} from '@understudy/instrumentation/trial';
import { isLong } from '../score/cut.js';
import { mayBeJson } from '../score/json/json-text.js';
import { asRead } from './as-read.js';

/** What a judge is shown of a pair, as texts: nothing of it names a model, an arm or a role of ours. */
export interface JudgedPair {
  /** The conversation that was to be answered. */
  readonly request: string;
  readonly primary: string;
  readonly shadow: string;
  /** Material the answers are to keep to, where there is some beside the request. */
  readonly reference?: string;
  /** Whether the answers are the same part by part, where it is known what they were made of. */
  readonly exact?: boolean;
}

/**
 * The texts of a pair. Null where there is nothing to compare: a leg has no answer, a content was not sent or stands as
 * features, or a part of an answer is no text (an image, a sound).
 */
export function judgedPairOf(input: Content, primary: Leg, shadow: Leg): JudgedPair | null {
  const [one, other] = [partsOf(primary), partsOf(shadow)];
  if (input.kind !== 'text' || one === null || other === null) return null;
  return {
    request: input.messages.map(({ role, parts }) => `[${role}]\n${shown(parts)}`).join('\n\n'),
    primary: shown(one),
    shadow: shown(other),
    exact: isSameAnswer(one, other),
  };
}

/** In UTF-16 code units: longer texts are not read as JSON. */
const MOST_PARSED = 65_536;

/**
 * Whether a judge could only call it a tie: the same text in Unicode's composed form but for white space at its ends, or the same JSON; and the
 * same calls of tools, whose arguments are the same JSON. White space inside counts: in a program it has a meaning. Long texts are the same where
 * their code units are.
 */
export function isExactMatch(pair: Pick<JudgedPair, 'primary' | 'shadow' | 'exact'>): boolean {
  return pair.exact ?? isSameText(pair.primary, pair.shadow);
}

function isSameText(a: string, b: string): boolean {
  const [one, other] = [a.trim(), b.trim()];
  if (one === other) return true;
  if (isLong(one.length) || isLong(other.length)) return false;
  if (composed(one) === composed(other)) return true;
  if (Math.max(one.length, other.length) > MOST_PARSED || !mayBeJson(one) || !mayBeJson(other)) return false;
  const json = canonicalText(one);
  return json !== null && json === canonicalText(other);
}

function isSameAnswer(a: readonly Part[], b: readonly Part[]): boolean {
  const [one, other] = [compared(a), compared(b)];
  return one.length === other.length && one.every((part, at) => isSamePart(part, other[at]));
}

/** Texts beside each other are one; what says nothing is none. */
function compared(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (part.type === 'text' && before?.type === 'text')
      joined[joined.length - 1] = { type: 'text', content: `${before.content}\n${part.content}` };
    else joined.push(part);
  }
  return joined.filter((part) => part.type !== 'text' || part.content.trim() !== '');
}

/** Ids of calls are left out: they are drawn anew in each answer. */
function isSamePart(a: Part, b: Part | undefined): boolean {
  if (a.type === 'tool_call') return b?.type === a.type && a.name === b.name && isSameText(a.arguments, b.arguments);
  if (a.type === 'tool_call_response') return b?.type === a.type && isSameText(a.response, b.response);
  if (a.type === 'other') return false;
  return b?.type === a.type && isSameText(a.content, b.content);
}

function partsOf(leg: Leg): readonly Part[] | null {
  if (leg.status !== 'ok' || leg.answer.kind !== 'text') return null;
  const parts = leg.answer.messages.flatMap((message) => message.parts);
  return parts.some((part) => part.type === 'other') ? null : parts;
}

function shown(parts: readonly Part[]): string {
  return parts.map(partText).join('\n');
}

/** Arguments as the model wrote them, but on one line: what is wrong with them is a part of the answer. */
function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return inWords(part.content);
    case 'refusal':
      return `[refuses] ${inWords(part.content)}`;
    case 'tool_call':
      return `[calls ${NAME.test(part.name) ? part.name : quoted(part.name)} with ${argumentsText(part.arguments)}]`;
    case 'tool_call_response':
      return `[tool result] ${inWords(part.response)}`;
    case 'other':
      return `[${part.kind}]`;
  }
}

const NAME = /^[\w.:/-]{1,128}$/;

/** JSON ends where its brackets do. What is none is shown as a string, so that it cannot close our mark and open another. */
function argumentsText(given: string): string {
  if (given.trim() === '') return '';
  if (parseForeign(given) === undefined) return `the words ${quoted(given)}`;
  return given.replaceAll(/[\r\n]+/g, ' ').replaceAll(LINE_END, escaped);
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(LINE_END, escaped);
}

/** What some take for the end of a line, and a string of JSON may hold as it is. */
const LINE_END = /[\u0085\u2028\u2029]/g;

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A text in which each line that reads like one of our own marks says that it is none: an answer that only writes a call has called nothing.
 * What stands before a mark and shows nothing, or only sets a line apart, does not hide it.
 */
function inWords(text: string): string {
  return text.replaceAll(LINE, (line) =>
    MAY_BE_OURS.test(line) && OURS.test(asRead(line)) ? `(in words) ${line}` : line,
  );
}

/** A bracket, and no letter before it that shows: few lines are like that. */
const MAY_BE_OURS = /^(?:[[^\p{L}\p{N}]\p{Default_Ignorable_Code_Point}]|in words)*[\[\uff3b\ufe47]/v;
const LINE = /[^\n\v\f\r\u0085\u2028\u2029]+/g;
const OURS = /^[\s\u2800>*_`~#-]*(?:\(in words\)\s*)*\[\s*(?:calls\s|refuses\s*\]|tool\s+result\s*\])/i;
