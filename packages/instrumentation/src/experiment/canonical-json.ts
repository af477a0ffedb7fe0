import { UnderstudyError } from '../errors.js';

/** Deeper values are refused: `JSON.stringify` itself fails at a depth of 1e5. */
const MAX_DEPTH = 64;

/**
 * The one JSON text of a value: keys sorted by UTF-16 code unit, no white space, numbers and strings as ECMAScript writes
 * them (RFC 8785). `undefined` fields are left out. Throws on what JSON has no word for.
 */
export function canonicalJson(value: unknown, depth: number = 0): string {
  if (depth > MAX_DEPTH) throw notJson(`deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(String(value));
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw notJson(`a ${typeof value}`);
  let fields = '';
  // UTF-16 code units are what texts are sorted by where nothing else is said.
  for (const key of Object.keys(value).sort()) {
    const field: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined) fields += `${fields === '' ? '' : ','}${quoted(key)}:${canonicalJson(field, depth + 1)}`;
  }
  return `{${fields}}`;
}

/** Nothing in it is escaped: most strings, and several times as fast. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function notJson(what: string): UnderstudyError {
  return new UnderstudyError('not_json', `canonical JSON: expected a JSON value, got ${what}`);
}
