/** What a UTF-16 code unit is to the scanners, as bits. */
const DIGIT = 1;
const LETTER = 2;
/** `_` and `-`, which join words in keys and labels. */
const JOINT = 4;
/** `.`, `~`, `+`, `/`: in encoded values. */
const ENCODED = 8;
const SPACE = 16;
/** Ends a value that is not in quotes. */
const CLOSING = 32;

const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  let bits = 0;
  if (/[0-9]/.test(character)) bits |= DIGIT;
  if (/[A-Za-z]/.test(character)) bits |= LETTER;
  if (/[_-]/.test(character)) bits |= JOINT;
  if (/[.~+/]/.test(character)) bits |= ENCODED;
  if (/\s/.test(character)) bits |= SPACE;
  if (/["'`<>,;)\]}&\\|]/.test(character)) bits |= CLOSING;
  CLASSES[code] = bits;
}

function has(code: number, bits: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & bits) !== 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII letters only: the values looked for are written in them. */
export function isLetter(code: number): boolean {
  return has(code, LETTER);
}

export function isAlphanumeric(code: number): boolean {
  return has(code, DIGIT | LETTER);
}

/** Letters, digits, `_`, `-`. */
export function isWord(code: number): boolean {
  return has(code, DIGIT | LETTER | JOINT);
}

/** What base64, base64url and their kin are made of, but for the `=` at the end. */
export function isEncoded(code: number): boolean {
  return has(code, DIGIT | LETTER | JOINT | ENCODED);
}

export function isSpace(code: number): boolean {
  return has(code, SPACE);
}

/** White space, a quote, a bracket or a separator: a bare value ends before it. Beyond ASCII nothing does. */
export function endsValue(code: number): boolean {
  return has(code, SPACE | CLOSING);
}

/** Where the run of such code units that begins at `at` ends. */
export function endOfRun(text: string, at: number, isPart: (code: number) => boolean): number {
  let end = at;
  while (end < text.length && isPart(text.charCodeAt(end))) end += 1;
  return end;
}

/** The code units of a few signs. */
export function codesOf(signs: string): ReadonlySet<number> {
  return new Set(Array.from({ length: signs.length }, (_, index) => signs.charCodeAt(index)));
}
