import { failureType } from '../capture/failure.js';
import type { AnswerRead, ReadLimits } from '../capture/function-answer.js';
import { AnswerBuilder } from '../dialect/answer-builder.js';
import { UNREADABLE } from '../dialect/fault.js';
import { asName, asObject, asText, isObject, type JsonObject } from '../dialect/json.js';

/** The SDK's words for why an answer ended that are not those of the conventions. */
const FINISH_WORDS = { 'content-filter': 'content_filter', 'tool-calls': 'tool_call' };

/** A stream that ended without saying why. */
const CUT_SHORT = 'truncated';
/** The provider ended its answer with an error, and said no more. */
const PROVIDER_ERROR = 'provider_error';

/** Parts that are told apart, those without content among them: many more than are read of an answer. */
const MAX_SLOTS = 1024;

/** Content that is not compared, by the SDK's word for it. Sources are no part of what is said. */
const OTHERS: ReadonlySet<string> = new Set([
  'reasoning',
  'file',
  'reasoning-file',
  'custom',
  'tool-result',
  'tool-approval-request',
]);

/** `error.type` of what a model threw: the status where there was a response, as over HTTP. */
export function errorType(error: unknown): string {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined;
  const known = typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599;
  return known ? String(status) : failureType(error);
}

/** Puts an answer together from what a model generated at once, or from the parts of a stream, so that both give the same. */
export class AnswerReader {
  readonly #builder: AnswerBuilder;
  readonly #slots = new Map<string, number>();
  #left: number;
  #finish: string | null = null;
  #rawFinish: string | null = null;
  #error: string | null = null;
  #cut = false;
  /** At least one piece of the answer has come. */
  started = false;

  constructor({ content, maxChars }: ReadLimits) {
    this.#builder = new AnswerBuilder(content);
    this.#left = maxChars;
  }

  /** The model has said that its answer is over: a cancel after it is a normal end. */
  get terminal(): boolean {
    return this.#finish !== null || this.#error !== null;
  }

  /** What `doGenerate` gave. */
  result(given: unknown): AnswerRead {
    const { content, finishReason, usage, response } = asObject(given);
    if (!Array.isArray(content)) return { status: 'fault', type: UNREADABLE, detail: 'a result without content' };
    for (const [index, item] of (content as readonly unknown[]).entries()) this.#content(asObject(item), `${index}`);
    this.#identify(asObject(response));
    this.#finished(finishReason, usage);
    return this.read();
  }

  /** One part of a stream. */
  part(given: unknown): void {
    const part = asObject(given);
    const { type, id } = part;
    switch (type) {
      case 'stream-start':
      case 'raw':
      case 'ping':
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-end':
        return;
      case 'text-start':
        this.#slot(`text ${asName(id)}`);
        return;
      case 'text-delta':
        return this.#text(this.#slot(`text ${asName(id)}`), part['delta']);
      case 'reasoning-start':
        return this.#builder.other(0, this.#slot(`reasoning ${asName(id)}`), 'reasoning');
      case 'reasoning-delta':
      case 'tool-input-start':
      case 'tool-input-delta':
        this.started = true;
        return;
      case 'response-metadata':
        return this.#identify(part);
      case 'finish':
        return this.#finished(part['finishReason'], part['usage']);
      case 'error':
        return this.#failed(part['error']);
      default:
        return this.#content(part, `part ${this.#slots.size}`);
    }
  }

  /** Call once, when all has come. */
  read(): AnswerRead {
    if (this.#error !== null) return fault(this.#error);
    if (this.#cut || this.#builder.overflowed) return { status: 'too_large' };
    if (this.#finish === null) return fault(this.started ? CUT_SHORT : UNREADABLE);
    if (this.#finish === 'error') return fault(PROVIDER_ERROR);
    const answer = this.#builder.answer(FINISH_WORDS);
    if (answer === null) return fault(UNREADABLE);
    return { status: 'ok', answer: { ...answer, finishReasons: [this.#rawFinish ?? this.#finish] } };
  }

  #content(item: JsonObject, name: string): void {
    const { type } = item;
    if (type === 'text') return this.#text(this.#slot(name), item['text']);
    if (type === 'tool-call') {
      this.started = true;
      const { toolCallId: id, toolName, input, providerExecuted } = item;
      // What the provider did itself is no wish for a tool of the caller's.
      if (providerExecuted === true) return this.#builder.other(0, this.#slot(name), 'provider-tool-call');
      if (!this.#fits(toolName) || !this.#fits(input)) return;
      return this.#builder.toolCall(0, this.#slot(name), { id, name: toolName, arguments: input });
    }
    if (typeof type !== 'string' || !OTHERS.has(type) || item['preliminary'] === true) return;
    this.started = true;
    this.#builder.other(0, this.#slot(name), type);
  }

  #text(slot: number, text: unknown): void {
    if (asText(text) === null) return;
    this.started = true;
    if (this.#fits(text)) this.#builder.text(0, slot, text);
  }

  #fits(text: unknown): boolean {
    if (this.#builder.content && typeof text === 'string') this.#left -= text.length;
    if (this.#left < 0 && !this.#cut) this.#forget();
    return !this.#cut;
  }

  /** Where a part stands, by what it is called: names come from the other side, and no more of them are held than an answer has parts. */
  #slot(name: string): number {
    const known = this.#slots.get(name);
    if (known !== undefined || this.#cut) return known ?? 0;
    const slot = this.#slots.size;
    this.#slots.set(name, slot);
    if (slot === MAX_SLOTS) this.#forget();
    return slot;
  }

  #forget(): void {
    this.#cut = true;
    this.#slots.clear();
    this.#builder.forget();
  }

  #identify({ id, modelId }: JsonObject): void {
    this.#builder.identify(id, modelId);
  }

  #finished(reason: unknown, usage: unknown): void {
    const { unified, raw } = asObject(reason);
    this.#finish = asName(unified) ?? 'other';
    this.#rawFinish = asName(raw);
    this.#builder.finish(0, this.#finish);
    const { inputTokens, outputTokens } = asObject(usage);
    const [input, output] = [asObject(inputTokens), asObject(outputTokens)];
    this.#builder.usage({
      inputTokens: input['total'],
      outputTokens: output['total'],
      cachedInputTokens: input['cacheRead'],
      cacheCreationInputTokens: input['cacheWrite'],
      reasoningTokens: output['reasoning'],
    });
  }

  /** An error in the stream is what the provider sent, or what reading it threw. */
  #failed(error: unknown): void {
    if (error instanceof Error || !isObject(error)) {
      this.#error ??= errorType(error);
      return;
    }
    this.#builder.failed(error);
    this.#error ??= this.#builder.errorType ?? PROVIDER_ERROR;
  }
}

function fault(type: string): AnswerRead {
  return { status: 'fault', type, detail: type };
}
