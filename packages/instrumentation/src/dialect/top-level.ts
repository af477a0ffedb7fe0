import { parseJson } from './json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const NUMBER = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;

/**
 * Reads some top-level fields of a JSON object without parsing the rest: a prompt of any size is stepped over, a string at a
 * time. As with `JSON.parse` the last of duplicate keys wins. `null` where the text is not one whole JSON object; what is inside
 * the values stepped over is not checked. Linear in the text, and in constant memory.
 */
export function topLevelFields(text: string, names: ReadonlySet<string>): ReadonlyMap<string, unknown> | null {
  const fields = new Map<string, unknown>();
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_BRACE) return null;
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_BRACE) return skipSpace(text, at + 1) === text.length ? fields : null;

  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return null;
    const keyEnd = skipString(text, at);
    if (keyEnd === -1) return null;
    const key = keyOf(text, at, keyEnd);
    at = skipSpace(text, keyEnd);
    if (text.charCodeAt(at) !== COLON) return null;
    const start = skipSpace(text, at + 1);
    const end = skipValue(text, start);
    if (end === -1) return null;
    if (key !== null && names.has(key)) fields.set(key, valueOf(text.slice(start, end)));
    at = skipSpace(text, end);
    const separator = text.charCodeAt(at);
    if (separator === CLOSE_BRACE) return skipSpace(text, at + 1) === text.length ? fields : null;
    if (separator !== COMMA) return null;
    at = skipSpace(text, at + 1);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** From an opening quote to just past the closing one, -1 where there is none. */
function skipString(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** Just past a value, -1 where it does not end. Nesting is counted, not recursed into: depth costs nothing. */
function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return skipString(text, from);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(text, from);
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      if (at === -1) return -1;
      continue;
    }
    at += 1;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function skipScalar(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_BRACE || code <= 0x20) break;
    at += 1;
  }
  return at === from ? -1 : at;
}

/** What cannot hold on to the whole text needs no parser: literals, and numbers as JSON has them. */
function valueOf(raw: string): unknown {
  if (raw === 'true') return true;
  if (raw === 'false') return false;
  return NUMBER.test(raw) ? Number(raw) : parseJson(raw);
}

/** Keys are short; only one that is written with escapes needs a parser. */
function keyOf(text: string, from: number, end: number): string | null {
  const raw = text.slice(from + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  const parsed = parseJson(text.slice(from, end));
  return typeof parsed === 'string' ? parsed : null;
}
