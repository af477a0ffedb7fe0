import type { CanonicalParameters } from './canonical.js';
import { fieldOf } from './change-body.js';
import type { Refusal } from './dialect.js';
import { asList, asObject, isObject, type JsonObject, parseJson } from './json.js';

/** A part of a request that has no canonical word. Thrown by what reads and writes, and a refusal at {@link orRefused}. */
class Untranslatable extends Error {
  override readonly name: string = 'Untranslatable';
}

/** Says that something has no equivalent. `detail` names it, never its value. */
export function untranslatable(detail: string): never {
  throw new Untranslatable(detail);
}

/** What `read` gives, or the refusal that it threw. */
export function orRefused<Result>(read: () => Result): Result | Refusal {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    return { status: 'refused', reason: 'untranslatable', detail: error.message };
  }
}

/** The request in a body, which must be a JSON object that can be read. */
export function requestOf(body: string): JsonObject {
  const request = parseJson(body);
  return isObject(request) ? request : untranslatable('a body that cannot be read');
}

/**
 * Refuses a request with a field that has no canonical word: `known` are those that have, or may be left out for a reason.
 *
 * @param within The field in which they stand, where that is not the request itself.
 */
export function onlyFields(request: JsonObject, known: ReadonlySet<string>, within?: string): void {
  for (const [name, value] of Object.entries(request)) {
    if (!known.has(name) && value !== null && value !== undefined) untranslatable(fieldOf(name, within));
  }
}

/** Reads parameters by a table of names: canonical name, name in the protocol. Numbers stay numbers; `null` is absent. */
export function readNumbers(
  fields: JsonObject,
  table: Readonly<Partial<Record<NumericParameter, string>>>,
): CanonicalParameters {
  const found = Object.entries(table).flatMap(([canonical, name]) => {
    const value = fields[name];
    if (value === undefined || value === null) return [];
    return typeof value === 'number' ? [[canonical, value] as const] : untranslatable(`the field \`${name}\``);
  });
  return Object.fromEntries(found);
}

/** Where an answer is to stop: one text or a list of them. Whatever else a list holds is none, and a list of nothing says nothing. */
export function readStop(value: unknown): Pick<CanonicalParameters, 'stop'> {
  const stop = [value].flat().filter((each) => typeof each === 'string');
  return stop.length > 0 ? { stop } : {};
}

export type NumericParameter =
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty';

/** Writes the parameters that the table names; one that it does not name has no equivalent. Lists and words are the protocol's to write. */
export function writeNumbers(
  parameters: CanonicalParameters,
  table: Readonly<Partial<Record<NumericParameter, string>>>,
  others: readonly (keyof CanonicalParameters)[],
): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const [canonical, value] of Object.entries(parameters)) {
    const name = table[canonical as NumericParameter];
    if (name !== undefined) written[name] = value;
    else if (!others.includes(canonical as keyof CanonicalParameters))
      untranslatable(`the parameter \`${snakeCase(canonical)}\``);
  }
  return written;
}

/** The arguments of a tool call, which must be a JSON object: protocols that hold them as values have no other word for them. */
export function argumentsOf(text: unknown): JsonObject {
  if (isObject(text)) return text;
  if (text === '' || text === undefined || text === null) return {};
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  return isObject(value) ? value : untranslatable('arguments of a tool call that are not a JSON object');
}

/** A content that is no text is a list of parts, or says nothing: what else it may be would be left out in silence. */
export function partsOf(content: unknown): readonly unknown[] {
  if (content === undefined || content === null || Array.isArray(content)) return asList(content);
  return untranslatable('a content that is neither a text nor a list');
}

/** Refuses a content in which something else than text would be left out. `what` is of words of ours. */
export function onlyText(content: unknown, what: string): void {
  if (typeof content === 'string') return;
  if (partsOf(content).some((part) => typeof asObject(part)['text'] !== 'string'))
    untranslatable(`${what} that is no text`);
}

/** Finds the name of the tool that a result answers, by the id of the call. */
export class CallNames {
  readonly #names = new Map<string, string>();
  readonly #calls = new Map<string, string[]>();
  /** How many of a tool's calls have a result, for those whose results come in their order. */
  readonly #answered = new Map<string, number>();
  #count = 0;

  /** A call without an id gets one, as protocols that tell calls by their order have none. */
  called(id: string | null, name: string): string {
    const known = id ?? `call_${(this.#count += 1)}`;
    this.#names.set(known, name);
    const calls = this.#calls.get(name);
    if (calls === undefined) this.#calls.set(name, [known]);
    else calls.push(known);
    return known;
  }

  nameOf(id: string): string {
    return this.#names.get(id) ?? untranslatable('a tool result without its call');
  }

  /** The oldest call of a tool that has no result yet. */
  answered(name: string): string {
    const count = this.#answered.get(name) ?? 0;
    this.#answered.set(name, count + 1);
    return this.#calls.get(name)?.[count] ?? untranslatable('a tool result without its call');
  }
}

/** Most protocols name a parameter as the canonical request does, in their own case: that is the name to look for. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
