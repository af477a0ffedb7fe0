import type { Message, Part, Usage } from '../trial/trial.js';
import type { ModelAnswer } from './dialect.js';
import { asName, asObject, asText } from './json.js';
import { TextPieces } from './text-pieces.js';

/** Choices of an answer, and parts of a choice, that are read: what a provider allows at most. The rest is a way to fill memory. */
const MAX_ENTRIES = 128;

/** Of a choice or a part beside its characters: an entry of a map, an object, and lists that are still empty. */
const ENTRY_BYTES = 256;
const BYTES_PER_CHARACTER = 2;

/** Words, or a short number: what error codes are made of, and keys, ids and times are not. */
const ERROR_WORD = /^(?:[A-Za-z]{1,24}(?:[_.-][A-Za-z]{1,24}){0,7}|\d{1,5})$/;

type PartSoFar =
  | { readonly type: 'text' | 'refusal'; readonly pieces: TextPieces }
  | {
      readonly type: 'tool_call';
      id: string | null;
      readonly name: TextPieces;
      readonly pieces: TextPieces;
      value: string | null;
    }
  | { readonly type: 'other'; readonly kind: string };

interface ChoiceSoFar {
  role: string;
  finish: string | null;
  /** It calls a tool. */
  calls: boolean;
  readonly parts: Map<number, PartSoFar>;
}

/** A piece of a tool call: id and name come once, the arguments a few characters at a time. */
export interface ToolCallPiece {
  readonly id?: unknown;
  readonly name?: unknown;
  /** JSON text, or a piece of it. */
  readonly arguments?: unknown;
  /** The arguments as a JSON value, for protocols that have them so. What comes as text has precedence. */
  readonly value?: unknown;
}

/**
 * Puts an answer together, from one JSON body or from the events of a stream, so that both give the same. Values are foreign:
 * what has not the right type is as if it were not there.
 *
 * Choices are told apart by their index, parts of a choice by their slot, which is also their place among the parts.
 */
export class AnswerBuilder {
  readonly #choices = new Map<number, ChoiceSoFar>();
  #content: boolean;
  /** Of the parts, and of the choices around them: the latter stay when what was said is let go of. */
  #partBytes = 0;
  #choiceBytes = 0;
  #overflowed = false;
  #usage: Usage | null = null;
  #id: string | null = null;
  #model: string | null = null;
  #attributes: Record<string, string> | null = null;
  /** An error inside the answer. Nothing follows it: SDKs leave the stream at once. */
  errorType: string | null = null;
  /** The provider has said that the answer is over. */
  terminal = false;

  /** @param content Keep what is said; else only numbers and names. */
  constructor(content: boolean) {
    this.#content = content;
  }

  get content(): boolean {
    return this.#content;
  }

  /** About how many bytes the answer takes in memory. */
  get heldBytes(): number {
    return this.#choiceBytes + this.#partBytes;
  }

  /** It had more choices, or parts of one, than are read: what is held is not the whole of it. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Id and model are known: of what follows, only what {@link AnswerFormat.telling} matches says more than text. */
  get identified(): boolean {
    return this.#id !== null && this.#model !== null;
  }

  identify(id: unknown, model: unknown): void {
    this.#id ??= asName(id);
    this.#model ??= asName(model);
  }

  /** An attribute of the provider's own conventions, by its name there. What is no name is left out. */
  attribute(name: string, value: unknown): void {
    const found = asName(value);
    if (found !== null) (this.#attributes ??= {})[name] = found;
  }

  /** Something of this part has come: for protocols that say a part more than once. */
  has(choice: number, slot: number): boolean {
    return this.#choices.get(choice)?.parts.has(slot) ?? false;
  }

  /** How many parts a choice has so far: the next slot, for protocols that do not number them. */
  parts(choice: number): number {
    return this.#choices.get(choice)?.parts.size ?? 0;
  }

  role(choice: number, role: unknown): void {
    const found = this.#choice(choice);
    const name = asName(role);
    if (found === null || name === null) return;
    this.#choiceBytes += bytesOf(name) - bytesOf(found.role);
    found.role = name;
  }

  text(choice: number, slot: number, piece: unknown): void {
    this.#piece(choice, slot, 'text', piece);
  }

  refusal(choice: number, slot: number, piece: unknown): void {
    this.#piece(choice, slot, 'refusal', piece);
  }

  toolCall(choice: number, slot: number, { id, name, arguments: args, value }: ToolCallPiece): void {
    const found = this.#choice(choice);
    if (found !== null) found.calls = true;
    const call = this.#part(choice, slot, () => ({
      type: 'tool_call',
      id: null,
      name: new TextPieces(),
      pieces: new TextPieces(),
      value: null,
    }));
    if (call?.type !== 'tool_call') return;
    if (call.id === null) {
      call.id = asName(id);
      this.#partBytes += bytesOf(call.id);
    }
    this.#add(call.name, name);
    this.#add(call.pieces, args);
    if (value === undefined) return;
    const text = textOf(value);
    this.#partBytes += bytesOf(text) - bytesOf(call.value);
    call.value = text;
  }

  /** Something that is not compared: reasoning, sound, what the provider's own tools did. `kind` may be the provider's word for it. */
  other(choice: number, slot: number, kind: unknown): void {
    this.#part(choice, slot, () => {
      const name = asName(kind) ?? 'unknown';
      this.#partBytes += bytesOf(name);
      return { type: 'other', kind: name };
    });
  }

  /** In the provider's words. */
  finish(choice: number, reason: unknown): void {
    const found = this.#choice(choice);
    const word = asName(reason);
    if (found === null || word === null) return;
    this.#choiceBytes += bytesOf(word) - bytesOf(found.finish);
    found.finish = word;
  }

  /** What was counted so far, for protocols whose later counts complete the earlier ones. */
  get counted(): Usage {
    return this.#usage ?? {};
  }

  /** Counts that are not whole numbers from 0 are left out; those of a later event replace those of an earlier one. */
  usage(counts: { readonly [Key in keyof Usage]: unknown }): void {
    const usage: { -readonly [Key in keyof Usage]: Usage[Key] } = { ...this.#usage };
    for (const key of Object.keys(counts) as (keyof Usage)[]) {
      const count = counts[key];
      if (Number.isSafeInteger(count) && (count as number) >= 0) usage[key] = count as number;
    }
    this.#usage = usage;
  }

  /** An `error` object of the provider: the type is made fit to be an attribute, since it may repeat anything. */
  failed(value: unknown): void {
    // Some servers say of every answer that it is none.
    if (value === undefined || value === null || value === false || value === '') return;
    const error = asObject(value);
    const words = [error['code'], error['type'], error['status']].map((word) =>
      typeof word === 'number' ? String(word) : word,
    );
    const word = words.find((each): each is string => typeof each === 'string' && ERROR_WORD.test(each));
    this.errorType ??= word ?? 'provider_error';
    this.terminal = true;
  }

  end(): void {
    this.terminal = true;
  }

  /** Lets go of what was said so far, and of what is still to come. */
  forget(): void {
    this.#content = false;
    this.#partBytes = 0;
    for (const { parts } of this.#choices.values()) parts.clear();
  }

  /** `null` where nothing of an answer has come. `finishWords`: the canonical word for each of the provider's. */
  answer(finishWords: Readonly<Record<string, string>>): ModelAnswer | null {
    if (this.#choices.size === 0 && this.#usage === null && this.#id === null) return null;
    const choices = inOrder(this.#choices);
    return {
      messages: this.#content ? choices.map(messageOf) : [],
      finish: finishOf(choices[0], finishWords),
      finishReasons: choices.flatMap((choice) => choice.finish ?? []),
      usage: this.#usage,
      model: this.#model,
      id: this.#id,
      ...(this.#attributes !== null && { attributes: this.#attributes }),
    };
  }

  #choice(index: number): ChoiceSoFar | null {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      if (this.#choices.size === MAX_ENTRIES) return this.#overflow();
      this.#choiceBytes += ENTRY_BYTES;
      choice = { role: 'assistant', finish: null, calls: false, parts: new Map() };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #part(choice: number, slot: number, make: () => PartSoFar): PartSoFar | null {
    const parts = this.#choice(choice)?.parts;
    if (parts === undefined || !this.#content) return null;
    let part = parts.get(slot);
    if (part === undefined) {
      if (parts.size === MAX_ENTRIES) return this.#overflow();
      this.#partBytes += ENTRY_BYTES;
      part = make();
      parts.set(slot, part);
    }
    return part;
  }

  #overflow(): null {
    this.#overflowed = true;
    return null;
  }

  #piece(choice: number, slot: number, type: 'text' | 'refusal', piece: unknown): void {
    if (asText(piece) === null) return;
    const part = this.#part(choice, slot, () => ({ type, pieces: new TextPieces() }));
    if (part?.type === type) this.#add(part.pieces, piece);
  }

  #add(pieces: TextPieces, value: unknown): void {
    const text = asText(value);
    if (text === null) return;
    const before = pieces.heldBytes;
    pieces.add(text);
    this.#partBytes += pieces.heldBytes - before;
  }
}

/** Nearly every answer has one choice, of one part. */
function inOrder<Value>(entries: ReadonlyMap<number, Value>): readonly Value[] {
  if (entries.size < 2) return [...entries.values()];
  return [...entries].toSorted(([a], [b]) => a - b).map(([, value]) => value);
}

function bytesOf(text: string | null): number {
  return BYTES_PER_CHARACTER * (text?.length ?? 0);
}

/** Some providers say of an answer that calls a tool that it stopped, as of one that says something. */
function finishOf(choice: ChoiceSoFar | undefined, words: Readonly<Record<string, string>>): string | null {
  const said = choice?.finish ?? null;
  const word = said !== null && Object.hasOwn(words, said) ? (words[said] ?? said) : said;
  return word === 'stop' && choice?.calls === true ? 'tool_call' : word;
}

function messageOf({ role, parts }: ChoiceSoFar): Message {
  return { role, parts: inOrder(parts).map(partOf) };
}

function partOf(part: PartSoFar): Part {
  if (part.type === 'other') return { type: 'other', kind: part.kind };
  const args = part.type === 'tool_call' && part.pieces.length === 0 ? part.value : null;
  const text = part.pieces.take();
  if (part.type !== 'tool_call') return { type: part.type, content: text };
  return { type: 'tool_call', id: part.id, name: part.name.take(), arguments: args ?? text };
}

/** `null`: JSON.parse takes deeper nesting than JSON.stringify does. */
function textOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
