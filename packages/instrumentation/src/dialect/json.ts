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

/** `undefined` where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
