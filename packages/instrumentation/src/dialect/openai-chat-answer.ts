import type { Message, Part, Usage } from '../trial/trial.js';
import type { ModelAnswer } from './dialect.js';
import { asList, asName, asObject, asText, isObject, type JsonObject } from './json.js';
import { readMessage } from './openai-chat-messages.js';

/** Choices of an answer, and tool calls of a choice, that are read: what a provider allows at most. The rest is a way to fill memory. */
const MAX_ENTRIES = 128;

/** Tokens as the provider counted them; what it did not count is absent. */
function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const usage: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  const take = (key: keyof Usage, count: unknown): void => {
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) usage[key] = count;
  };
  take('inputTokens', value['prompt_tokens']);
  take('outputTokens', value['completion_tokens']);
  take('cachedInputTokens', asObject(value['prompt_tokens_details'])['cached_tokens']);
  take('reasoningTokens', asObject(value['completion_tokens_details'])['reasoning_tokens']);
  return usage;
}

/** Words, or a short number: what error codes are made of, and keys, ids and times are not. */
const ERROR_WORD = /^(?:[A-Za-z]{1,24}(?:[_.-][A-Za-z]{1,24}){0,7}|\d{1,5})$/;

/** The type of an `error` object inside a response, fit to be an attribute of a metric: the provider chooses it, and may repeat anything. */
export function readErrorType(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const error = asObject(value);
  for (const word of [error['code'], error['type']]) {
    const text = typeof word === 'number' ? String(word) : word;
    if (typeof text === 'string' && ERROR_WORD.test(text)) return text;
  }
  return 'provider_error';
}

/** A whole answer, from one JSON body. `null` where it is not one. */
export function readCompletion(value: unknown, content: boolean): ModelAnswer | null {
  if (!isObject(value) || !Array.isArray(value['choices'])) return null;
  const choices = value['choices'].slice(0, MAX_ENTRIES).map(asObject);
  const finishReasons = choices.flatMap((choice) => asName(choice['finish_reason']) ?? []);
  return {
    messages: content ? choices.map((choice) => readMessage(choice['message'])) : [],
    finish: asName(choices[0]?.['finish_reason']),
    finishReasons,
    usage: readUsage(value['usage']),
    model: asName(value['model']),
    id: asName(value['id']),
  };
}

/** Text comes in pieces and is joined once: a string that grows piece by piece takes several times its length for as long as it lives. */
interface ChoiceSoFar {
  role: string;
  text: string[];
  refusal: string[];
  finish: string | null;
  readonly calls: Map<number, { id: string | null; readonly name: string[]; readonly arguments: string[] }>;
  readonly other: Set<string>;
}

/** Puts an answer together from the chunks of a stream. Holds what was said only while `content` is true. */
export class ChunkAssembler {
  readonly #choices = new Map<number, ChoiceSoFar>();
  #usage: Usage | null = null;
  #content: boolean;
  model: string | null = null;
  id: string | null = null;

  constructor(content: boolean) {
    this.#content = content;
  }

  add(chunk: JsonObject): void {
    this.model ??= asName(chunk['model']);
    this.id ??= asName(chunk['id']);
    this.#usage = readUsage(chunk['usage']) ?? this.#usage;
    for (const value of asList(chunk['choices'])) this.#addChoice(asObject(value));
  }

  /** Lets go of what was said so far, and of what is still to come. */
  forget(): void {
    this.#content = false;
    for (const choice of this.#choices.values()) {
      choice.text = [];
      choice.refusal = [];
      choice.calls.clear();
    }
  }

  answer(): ModelAnswer | null {
    if (this.#choices.size === 0 && this.#usage === null && this.id === null) return null;
    const choices = [...this.#choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
    return {
      messages: this.#content ? choices.map(messageOf) : [],
      finish: choices[0]?.finish ?? null,
      finishReasons: choices.flatMap((choice) => choice.finish ?? []),
      usage: this.#usage,
      model: this.model,
      id: this.id,
    };
  }

  #addChoice(value: JsonObject): void {
    const index = typeof value['index'] === 'number' ? value['index'] : 0;
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      if (this.#choices.size === MAX_ENTRIES) return;
      choice = { role: 'assistant', text: [], refusal: [], finish: null, calls: new Map(), other: new Set() };
      this.#choices.set(index, choice);
    }
    choice.finish = asName(value['finish_reason']) ?? choice.finish;
    if (!this.#content) return;
    const delta = asObject(value['delta']);
    choice.role = asName(delta['role']) ?? choice.role;
    add(choice.text, delta['content']);
    add(choice.refusal, delta['refusal']);
    for (const kind of ['reasoning_content', 'reasoning', 'audio']) {
      if (delta[kind] !== undefined && delta[kind] !== null) choice.other.add(kind);
    }
    for (const call of asList(delta['tool_calls'])) addCall(choice, asObject(call));
    if (isObject(delta['function_call'])) addCall(choice, { index: -1, function: delta['function_call'] });
  }
}

function add(pieces: string[], value: unknown): void {
  const text = asText(value);
  if (text !== null) pieces.push(text);
}

/** A tool call comes in pieces: id and name first, the arguments a few characters at a time, told apart by index. */
function addCall(choice: ChoiceSoFar, piece: JsonObject): void {
  const index = typeof piece['index'] === 'number' ? piece['index'] : choice.calls.size;
  const named = asObject(piece['function'] ?? piece['custom']);
  const call = choice.calls.get(index) ?? { id: null, name: [], arguments: [] };
  if (choice.calls.size === MAX_ENTRIES && !choice.calls.has(index)) return;
  call.id ??= asText(piece['id']);
  add(call.name, named['name']);
  add(call.arguments, named['arguments'] ?? named['input']);
  choice.calls.set(index, call);
}

function messageOf(choice: ChoiceSoFar): Message {
  const parts: Part[] = [];
  const text = choice.text.join('');
  const refusal = choice.refusal.join('');
  if (text !== '') parts.push({ type: 'text', content: text });
  if (refusal !== '') parts.push({ type: 'refusal', content: refusal });
  for (const [, call] of [...choice.calls].toSorted(([a], [b]) => a - b)) {
    parts.push({ type: 'tool_call', id: call.id, name: call.name.join(''), arguments: call.arguments.join('') });
  }
  for (const kind of choice.other) parts.push({ type: 'other', kind });
  return { role: choice.role, parts };
}
