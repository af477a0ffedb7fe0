/** A double holds every number of 15 digits, below an exponent of three. */
const MAY_LOSE = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** How a spelling is told from strings: in JSON the sign NUL can only stand escaped. */
const MARK = String.raw`\u0000`;
/** In UTF-16 code units: of a longer text, and a longer number, nothing is told. */
const LONGEST = { text: 262_144, number: 400 };

/**
 * A JSON text in which each number that no double holds (an id of 19 digits, 1e400) is a string of its spelling behind a NUL, so that parsing does
 * not make one number of two. Most texts as they are; null where it cannot be done.
 */
export function withSpeltNumbers(text: string): string | null {
  if (!MAY_LOSE.test(text)) return text;
  if (text.length > LONGEST.text || text.includes(MARK)) return null;
  return text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || survives(token) ? token : `"${MARK}${token}"`,
  );
}

/** Whether the shortest spelling of the nearest double has the same digits. Then it has the same exponent, too. */
function survives(number: string): boolean {
  if (number.length < 16 && !/e/i.test(number)) return true;
  return number.length <= LONGEST.number && digitsOf(number) === digitsOf(String(Number(number)));
}

function digitsOf(number: string): string {
  return number
    .replace(/e.*$/i, '')
    .replaceAll(/\D/g, '')
    .replaceAll(/^0+|0+$/g, '');
}
