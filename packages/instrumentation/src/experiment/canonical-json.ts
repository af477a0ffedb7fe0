import { UnderstudyError } from '../errors.js';

/** Deeper values are refused: `JSON.stringify` itself fails at a depth of 1e5. */
const MAX_DEPTH = 64;

/**
 * The one JSON text of a value: keys sorted by UTF-16 code unit, no white space, numbers and strings as ECMAScript writes
 * them (RFC 8785). `undefined` fields are left out. Throws on what JSON has no word for.
 */
export function canonicalJson(value: unknown, depth: number = 0): string {
  if (depth > MAX_DEPTH) throw notJson(`deeper than ${MAX_DEPTH} levels`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(String(value));
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw notJson(`a ${typeof value}`);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field, depth + 1)}`);
  return `{${fields.join(',')}}`;
}

function notJson(what: string): UnderstudyError {
  return new UnderstudyError('not_json', `canonical JSON: expected a JSON value, got ${what}`);
}
