import { endOfRun, endsValue, isDigit, isSpace, isWord } from './characters.js';
import type { Finder, PrivateKind } from './found.js';

const [NEWLINE, QUOTE, APOSTROPHE, BACKTICK, BACKSLASH, DOT, EQUALS] = [10, 34, 39, 96, 92, 46, 61];
/** Code units of a label and of a value in quotes that are looked at. */
const LONGEST = { label: 64, quoted: 16_384 };
const SOON = 24;

/** What a label means for what stands behind it. */
interface Meaning {
  readonly kind: PrivateKind;
  /** The least length of a value, in code units. */
  readonly atLeast: number;
  /** What a value has near its beginning, for it is rather a word of the text otherwise. */
  readonly wants: 'digit' | 'equals' | null;
  /** Whether it wants that even where quotes or a `=` set the value off. */
  readonly strict: boolean;
  /** Whether the value goes to the end of the line. */
  readonly wholeLine: boolean;
}

const PASSWORD: Meaning = { kind: 'secret', atLeast: 4, wants: null, strict: false, wholeLine: false };
const TOKEN: Meaning = { kind: 'secret', atLeast: 8, wants: 'digit', strict: false, wholeLine: false };
const KEY: Meaning = { kind: 'secret', atLeast: 16, wants: 'digit', strict: true, wholeLine: false };
const PHONE: Meaning = { kind: 'phone', atLeast: 6, wants: 'digit', strict: true, wholeLine: false };
const AUTHORIZATION: Meaning = { kind: 'secret', atLeast: 6, wants: null, strict: false, wholeLine: true };
const COOKIE: Meaning = { ...AUTHORIZATION, wants: 'equals' };

/** By how a label ends, in small letters and without `_`, `-` and `.`: `OPENAI_API_KEY`, `clientSecret` and `x-api-key` are known. */
const BY_ENDING: readonly (readonly [meaning: Meaning, endings: string])[] = [
  [PASSWORD, 'password passwd passwort pwd passphrase passcode'],
  [TOKEN, 'secret token credential credentials signature sessionid'],
  [TOKEN, 'apikey accesskey accesskeyid secretkey privatekey accountkey authkey signingkey encryptionkey'],
  [TOKEN, 'subscriptionkey sharedkey masterkey'],
  [AUTHORIZATION, 'authorization'],
  [COOKIE, 'cookie'],
];
/** Labels that mean something only where they are nothing else. */
const BY_WORD: readonly (readonly [meaning: Meaning, words: string])[] = [
  [KEY, 'key'],
  [TOKEN, 'auth sig'],
  [PASSWORD, 'pass'],
  [PHONE, 'phone phonenumber telephone tel mobile fax'],
];
const listed = (rows: typeof BY_ENDING, whole: boolean): readonly (readonly [string, Meaning, boolean])[] =>
  rows.flatMap(([meaning, endings]) => endings.split(' ').map((ending) => [ending, meaning, whole] as const));
const ENDINGS = Map.groupBy([...listed(BY_WORD, true), ...listed(BY_ENDING, false)], ([ending]) =>
  ending.charCodeAt(ending.length - 1),
);

/**
 * The value behind this `=` or `:` where the label before it is one of a secret: `api_key=...`, `"password": "..."`,
 * `Authorization: Basic ...`, `password=...` in a connection string.
 *
 * A label holds neither sign, so that no code unit is looked at for two of them; what is looked at of a value is taken, or within a
 * bound.
 */
export const labelledAt: Finder = (text, at, free) => {
  const meaning = meaningBefore(text, at, free);
  if (meaning === null) return null;
  const value = skipSpaces(text, at + 1);
  const setOff = text.charCodeAt(at) === EQUALS || isQuote(text.charCodeAt(value));
  if (meaning.wants !== null && (meaning.strict || !setOff) && !hasSoon(text, value, meaning.wants)) return null;
  const found = inQuotes(text, value) ?? bare(text, value, meaning);
  return found.end - found.start < meaning.atLeast ? null : { kind: meaning.kind, ...found };
};

/** The value of `Bearer ...` that begins at this letter: 12 code units at least, one of them a digit. */
export const bearerAt: Finder = (text, at) => {
  const word = text.slice(at, at + 7).toLowerCase();
  if (word !== 'bearer ' && word !== 'bearer\t') return null;
  const start = skipSpaces(text, at + 7);
  const end = bareEnd(text, start);
  return end - start >= 12 && hasSoon(text, start, 'digit') ? { kind: 'secret', start, end } : null;
};

/** The name and password of a URL, behind this `:` of `://`. Ends where the host's part of a URL does. */
export const urlCredentialsAt: Finder = (text, at) => {
  if (!text.startsWith('://', at)) return null;
  let colon = -1;
  for (let index = at + 3; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 64) return colon < 0 ? null : { kind: 'secret', start: at + 3, end: index };
    if (code === 58) colon = index;
    if (code === 47 || isSpace(code) || code === QUOTE || code === 63 || code === 35) return null;
  }
  return null;
};

function meaningBefore(text: string, at: number, free: number): Meaning | null {
  let end = at;
  while (end > free && end > at - 4 && isSpaceOrQuote(text.charCodeAt(end - 1))) end -= 1;
  let start = end;
  while (start > free && start > end - LONGEST.label && isLabel(text.charCodeAt(start - 1))) start -= 1;
  // Most labels mean nothing, by their last letter already.
  const endings = end - start < 3 ? undefined : ENDINGS.get(text.charCodeAt(end - 1) | 0x20);
  if (endings === undefined) return null;
  const label = text.slice(start, end).replace(/[-_.]/g, '').toLowerCase();
  return endings.find(([ending, , whole]) => (whole ? label === ending : label.endsWith(ending)))?.[1] ?? null;
}

interface Value {
  readonly start: number;
  readonly end: number;
}

/** Between quotes, which may be escaped as in JSON inside of JSON. Null where there are none, or no end is near. */
function inQuotes(text: string, at: number): Value | null {
  let start = at;
  while (text.charCodeAt(start) === BACKSLASH && start < at + 8) start += 1;
  const quote = text.charCodeAt(start);
  if (quote !== QUOTE && quote !== APOSTROPHE && quote !== BACKTICK) return null;
  const escapes = start - at;
  start += 1;
  let backslashes = 0;
  for (let end = start; end < text.length && end < start + LONGEST.quoted; end += 1) {
    const code = text.charCodeAt(end);
    if (code === quote && (escapes === 0 ? backslashes % 2 === 0 : backslashes <= escapes))
      return { start, end: escapes === 0 ? end : end - backslashes };
    if (code === NEWLINE) return null;
    backslashes = code === BACKSLASH ? backslashes + 1 : 0;
  }
  return null;
}

function bare(text: string, at: number, { wholeLine }: Meaning): Value {
  const opened = isQuote(text.charCodeAt(at)) ? at + 1 : at;
  if (!wholeLine) return { start: opened, end: bareEnd(text, opened) };
  return {
    start: opened,
    end: endOfRun(text, opened, (code) => code !== NEWLINE && code !== QUOTE && code !== BACKSLASH),
  };
}

/** A full stop at the end is the sentence's. */
function bareEnd(text: string, at: number): number {
  const end = endOfRun(text, at, (code) => !endsValue(code));
  return end > at && text.charCodeAt(end - 1) === DOT ? end - 1 : end;
}

function skipSpaces(text: string, at: number): number {
  let start = at;
  while (start < at + 4 && (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9)) start += 1;
  return start;
}

/** Within a few code units: what is refused must not have cost a look along a whole line. */
function hasSoon(text: string, at: number, wanted: 'digit' | 'equals'): boolean {
  for (let index = isQuote(text.charCodeAt(at)) ? at + 1 : at; index < at + SOON; index += 1) {
    const code = text.charCodeAt(index);
    if (wanted === 'digit' ? isDigit(code) : code === EQUALS) return true;
    if (endsValue(code) && code !== BACKSLASH) return false;
  }
  return false;
}

function isLabel(code: number): boolean {
  return isWord(code) || code === DOT;
}

function isQuote(code: number): boolean {
  return code === QUOTE || code === APOSTROPHE || code === BACKTICK;
}

function isSpaceOrQuote(code: number): boolean {
  return isQuote(code) || code === BACKSLASH || code === 32;
}
