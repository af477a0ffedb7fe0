import { composed } from '@understudy/instrumentation/trial';

/**
 * A text as a model reads it, whatever letters it is made of: compatibility forms made plain, invisible signs taken out, Cyrillic and Greek letters that look
 * like Latin ones taken for these. A full-width, a broken-up and a Cyrillic word would pass for another one otherwise. Linear in the text.
 */
export function asRead(text: string): string {
  const plain = composed(text.replaceAll(PHRASES, ' '), 'NFKC');
  if (ASCII.test(plain)) return plain;
  return plain
    .replaceAll(INVISIBLE, '')
    .replaceAll(LEFT_OVER, '$1')
    .replaceAll(NOT_LATIN, (sign) => LATIN.get(sign) ?? sign);
}

/** Two Arabic signs that stand for a phrase each: made plain, a text of them is eighteen times as long. */
const PHRASES = /[\ufdfa\ufdfb]/g;
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Marks for which there is no letter: a stroke through each letter of a word, say. */
const LEFT_OVER = /([A-Za-z])\p{M}+/gu;

/** By the Latin letter they look like. Source: Unicode Technical Standard 39, the single letters of these scripts. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  A: 'АΑᴀ',
  B: 'ВΒʙ',
  C: 'Сᴄ',
  D: 'ᴅ',
  E: 'ЕΕᴇ',
  F: 'Ϝ',
  G: 'Ԍɢ',
  H: 'НΗʜ',
  I: 'ІΙӀɪ',
  J: 'ЈͿᴊ',
  K: 'КΚᴋ',
  L: 'ʟ',
  M: 'МΜᴍ',
  N: 'Νɴ',
  O: 'ОΟᴏ',
  P: 'РΡᴘ',
  Q: 'Ԛ',
  S: 'Ѕ',
  T: 'ТΤᴛ',
  U: 'ᴜ',
  V: 'Ѵᴠ',
  W: 'Ԝᴡ',
  X: 'ХΧ',
  Y: 'ΥҮʏ',
  Z: 'Ζᴢ',
  a: 'аαɑ',
  c: 'сς',
  d: 'ԁ',
  e: 'еє',
  g: 'ɡ',
  h: 'һ',
  i: 'іιı',
  j: 'јϳ',
  k: 'кκ',
  l: 'ӏ',
  m: 'м',
  n: 'ո',
  o: 'оοσօ',
  p: 'рρ',
  q: 'ԛ',
  r: 'г',
  s: 'ѕ',
  t: 'тτ',
  u: 'υս',
  v: 'νѵ',
  w: 'ԝω',
  x: 'хχ',
  y: 'уγү',
};

/** Letters in black circles and squares, and those that flags are made of: no compatibility forms of theirs. */
const ENCLOSED = [0x1_f1_50, 0x1_f1_70, 0x1_f1_e6];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const LATIN: ReadonlyMap<string, string> = new Map([
  ...Object.entries(LOOK_ALIKES).flatMap(([letter, signs]) => Array.from(signs, (sign) => [sign, letter] as const)),
  ...ENCLOSED.flatMap((first) =>
    Array.from(ALPHABET, (letter, at) => [String.fromCodePoint(first + at), letter] as const),
  ),
]);
const NOT_LATIN = /[\u0131\u0250-\u02af\u0370-\u058f\u1d00-\u1d2b\u{1f150}-\u{1f1ff}]/gu;
