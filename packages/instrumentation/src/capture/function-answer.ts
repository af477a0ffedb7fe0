import type { ModelAnswer } from '../dialect/dialect.js';
import { UNREADABLE } from '../dialect/fault.js';
import { asName, asText } from '../dialect/json.js';
import type { Part, Usage } from '../trial/trial.js';
import { type JsonText, jsonText, NoText } from './json-text.js';

/** A tool that an answer wants to have called. `arguments`: JSON text, or the value it would be. */
export interface FunctionToolCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments?: unknown;
}

/** What a function answered, for those whose result is more than its text. */
export interface FunctionAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly FunctionToolCall[];
  /** Why it ended: `stop`, `length`, `tool_call`, `content_filter`, or a word of the provider's. */
  readonly finish?: string;
  readonly usage?: Usage;
  /** The model that answered. */
  readonly model?: string;
  readonly id?: string;
}

/** An answer, or why there is none: an error type or `unreadable_answer`. `too_large`: it is longer than what is read of it. */
export type AnswerRead =
  | { readonly status: 'ok'; readonly answer: ModelAnswer }
  | { readonly status: 'too_large' }
  | { readonly status: 'fault'; readonly type: string; readonly detail: string };

export interface ReadLimits {
  /** Keep what was said; else only numbers and names are. */
  readonly content: boolean;
  /** Of the text, in characters. */
  readonly maxChars: number;
}

const TOO_LARGE: AnswerRead = { status: 'too_large' };

const NOTHING: ModelAnswer = { messages: [], finish: null, finishReasons: [], usage: null, model: null, id: null };

/** The answer that a result is without a rule: a text is itself, a number or a truth value is its word, all else its JSON. */
export function readResult(result: unknown, { content, maxChars }: ReadLimits): AnswerRead {
  if (isStream(result)) return { status: 'fault', type: UNREADABLE, detail: 'a stream or an iterator' };
  if (!content || result === undefined) return { status: 'ok', answer: NOTHING };
  if (typeof result === 'string') return withParts(NOTHING, [{ type: 'text', content: result }], maxChars);
  try {
    const { text, cut } = jsonText(result, maxChars);
    return cut ? TOO_LARGE : withParts(NOTHING, [{ type: 'text', content: text }], maxChars);
  } catch (error) {
    const detail = error instanceof NoText ? error.message : 'what it answered cannot be read';
    return { status: 'fault', type: UNREADABLE, detail };
  }
}

/** The answer as the user's rule gave it. Values are foreign: what has not the right type is as if it were not there. */
export function readGiven(given: FunctionAnswer, { content, maxChars }: ReadLimits): AnswerRead {
  const finish = asName(given.finish);
  const answer: ModelAnswer = {
    ...NOTHING,
    finish,
    finishReasons: finish === null ? [] : [finish],
    usage: usageOf(given.usage),
    model: asName(given.model),
    id: asName(given.id),
  };
  if (!content) return { status: 'ok', answer };
  const text: Part[] =
    typeof given.text === 'string' && given.text !== '' ? [{ type: 'text', content: given.text }] : [];
  const calls: Part[] = [];
  for (const call of given.toolCalls ?? []) {
    const { id, name, arguments: args }: { readonly [Key in keyof FunctionToolCall]: unknown } = call;
    const { text: written, cut } = argumentsOf(args, maxChars);
    if (cut) return TOO_LARGE;
    calls.push({ type: 'tool_call', id: asName(id), name: asText(name) ?? '', arguments: written });
  }
  return withParts(answer, [...text, ...calls], maxChars);
}

function argumentsOf(args: unknown, maxChars: number): JsonText {
  if (typeof args === 'string') return { text: args, cut: false };
  return args === undefined ? { text: '', cut: false } : jsonText(args, maxChars);
}

/** What can be read only once, and is the host's to read. */
export function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Symbol.asyncIterator in value ||
    ['next', 'getReader', 'pipe', 'arrayBuffer'].some((name) => typeof Reflect.get(value, name) === 'function')
  );
}

function withParts(answer: ModelAnswer, parts: readonly Part[], maxChars: number): AnswerRead {
  let length = 0;
  for (const part of parts) {
    if (part.type === 'text') length += part.content.length;
    else if (part.type === 'tool_call') length += part.name.length + part.arguments.length;
  }
  if (length > maxChars) return TOO_LARGE;
  return { status: 'ok', answer: { ...answer, messages: [{ role: 'assistant', parts }] } };
}

function usageOf(given: Usage | undefined): Usage | null {
  if (given === undefined) return null;
  const counts = ['inputTokens', 'outputTokens', 'cachedInputTokens', 'reasoningTokens'].flatMap((name) => {
    const count: unknown = Reflect.get(given, name);
    return Number.isSafeInteger(count) && (count as number) >= 0 ? [[name, count] as const] : [];
  });
  return counts.length === 0 ? null : Object.fromEntries(counts);
}
