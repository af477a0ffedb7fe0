/**
 * How many n-grams two texts have in common for n = 1 to `longest`, counted as often as in the one that has fewer.
 *
 * Serves: chrF. All positions of both texts are sorted by the `longest` letters that follow, digit by digit from the last: then
 * the same n-grams of any length n stand together, and one look along the row counts them all. A run of one n-gram is a part of the
 * run of its first n - 1 letters, and hands its counts on to that when it ends.
 * Cost: `longest` (|a| + |b|) steps, half of that with few letters; no look-up.
 * Example: `aa` and `aaaa` for n = 1, 2 -> 2, 1.
 *
 * @param a As numbers of letters, from 1 on; at most 32,768 of them. @param b So too. @param letters How many letters there are.
 */
export function commonGrams(a: Uint16Array, b: Uint16Array, letters: number, longest: number): readonly number[] {
  // Behind each text a letter of its own, which no n-gram of the other has: what reaches past an end is shared by nobody.
  const text = new Uint16Array(a.length + b.length + 2 * longest).fill(letters + 1);
  text.set(a);
  text.fill(0, a.length, a.length + longest);
  text.set(b, a.length + longest);
  const starts = new Int32Array(a.length + b.length);
  for (let at = 0; at < a.length; at += 1) starts[at] = at;
  for (let at = 0; at < b.length; at += 1) starts[a.length + at] = a.length + longest + at;
  return countRuns(text, sorted(text, starts, letters + 2, longest), a.length, longest);
}

/** Two letters make one digit where that leaves this many digits or fewer. */
const MOST_PAIRS = 16_384;

/** Starts in the order of the letters that follow each. */
function sorted(text: Uint16Array, starts: Int32Array, base: number, longest: number): Int32Array {
  const paired = longest % 2 === 0 && base * base <= MOST_PAIRS;
  const digits = paired ? pairsOf(text, base) : text;
  const [width, count] = paired ? [2, base * base] : [1, base];
  let from: Int32Array = starts;
  let to: Int32Array = new Int32Array(starts.length);
  for (let offset = longest - width; offset >= 0; offset -= width) {
    sortBy(digits, offset, count, from, to);
    [from, to] = [to, from];
  }
  return from;
}

function pairsOf(text: Uint16Array, base: number): Uint16Array {
  const pairs = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at += 1) pairs[at] = (text[at] ?? 0) * base + (text[at + 1] ?? 0);
  return pairs;
}

/** Sorts by one digit, and leaves those with the same digit in their order. */
function sortBy(digits: Uint16Array, offset: number, count: number, from: Int32Array, to: Int32Array): void {
  const ends = new Int32Array(count + 1);
  for (let at = 0; at < from.length; at += 1) {
    const next = (digits[(from[at] as number) + offset] as number) + 1;
    ends[next] = (ends[next] as number) + 1;
  }
  for (let digit = 1; digit <= count; digit += 1) ends[digit] = (ends[digit] as number) + (ends[digit - 1] as number);
  for (let at = 0; at < from.length; at += 1) {
    const start = from[at] as number;
    const digit = digits[start + offset] as number;
    const place = ends[digit] as number;
    to[place] = start;
    ends[digit] = place + 1;
  }
}

/** Both counts of a run in one number: of the second text in the upper 16 bits. */
const OF_B = 0x10000;

/** By n, from 1 on, how many n-grams the runs have in common. Starts below `lengthOfA` are those of the first text. */
function countRuns(text: Uint16Array, starts: Int32Array, lengthOfA: number, longest: number): readonly number[] {
  const common = new Int32Array(longest + 1);
  /** Of the runs that are open, one for each n: how often it was met in either text, without the runs within it. */
  const open = new Int32Array(longest + 1);
  let before = 0;
  for (let at = 0; at < starts.length; at += 1) {
    const start = starts[at] as number;
    const after = at + 1 < starts.length ? sharedLetters(text, start, starts[at + 1] as number, longest) : 0;
    // What it shares with neither neighbour it has alone.
    let n = before > after ? before : after;
    open[n] = (open[n] as number) + (start < lengthOfA ? 1 : OF_B);
    for (; n > after; n -= 1) {
      const met = open[n] as number;
      const [inA, inB] = [met & (OF_B - 1), met >>> 16];
      common[n] = (common[n] as number) + (inA < inB ? inA : inB);
      open[n - 1] = (open[n - 1] as number) + met;
      open[n] = 0;
    }
    before = after;
  }
  return Array.from(common.subarray(1));
}

function sharedLetters(text: Uint16Array, one: number, other: number, longest: number): number {
  let n = 0;
  while (n < longest && text[one + n] === text[other + n]) n += 1;
  return n;
}
