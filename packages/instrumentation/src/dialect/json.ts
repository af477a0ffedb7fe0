import { type StructureLimits, within } from './json-structure.js';

/** Narrowing of foreign JSON: a wrong type reads as absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string with something in it, else `null`. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Characters of a name. Attributes, metrics and the queue take names as they are, and the other side chooses them. */
const MAX_NAME_LENGTH = 256;

/** A string that can be the name of something, else `null`. Never a part of a longer one, which would hold on to the whole. */
export function asName(value: unknown): string | null {
  const text = asText(value);
  return text === null || text.length > MAX_NAME_LENGTH ? null : text;
}

/** Deeper JSON is none: a parser takes time and memory for every level, and `JSON.stringify` cannot write what `JSON.parse` reads. */
const MAX_DEPTH = 128;

/**
 * Of a text that another side wrote: a parser makes up to 50 bytes of one of `{},`, and needs a microsecond for a name it has not met.
 * What fits is parsed in some 10 ms at the worst.
 */
export const FOREIGN: StructureLimits = { depth: MAX_DEPTH, values: 65_536, names: 16_384 };

/** `undefined` where the text is not JSON, or nested deeper than 128 levels. */
export function parseJson(text: string): unknown {
  return parsed(text, { depth: MAX_DEPTH, values: Infinity, names: Infinity });
}

/** The same for a text that the other side wrote: also `undefined` where it has more than 65,536 values or 16,384 names. */
export function parseForeign(text: string): unknown {
  return parsed(text, FOREIGN);
}

/** The same for one whose structure was counted as it came. */
export function parseCounted(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text that the other side wrote is left unread for its structure alone. */
export function isTooComplex(text: string): boolean {
  return !within(text, FOREIGN);
}

function parsed(text: string, limits: Parameters<typeof within>[1]): unknown {
  return within(text, limits) ? parseCounted(text) : undefined;
}
