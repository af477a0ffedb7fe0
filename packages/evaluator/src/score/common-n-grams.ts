/** How many n-grams two texts have, and how many of them in common, for one n. */
export interface CommonGrams {
  readonly common: number;
  readonly ofA: number;
  readonly ofB: number;
}

/** Names n-grams of one length by numbers: a table with open addressing, keyed by the name of the n-gram's first n - 1 characters and its last. */
class Names {
  readonly #mask: number;
  readonly #slots: Int32Array;
  readonly #prefixes: Int32Array;
  readonly #characters: Int32Array;
  #count = 0;

  /** @param most So many names at most are given between two {@link clear}. */
  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(most * 2 + 2));
    this.#mask = size - 1;
    this.#slots = new Int32Array(size);
    this.#prefixes = new Int32Array(most);
    this.#characters = new Int32Array(most);
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
  }

  /** The name, given where there is none yet. */
  name(prefix: number, character: number): number {
    const slot = this.#slot(prefix, character);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    this.#prefixes[this.#count] = prefix;
    this.#characters[this.#count] = character;
    this.#count += 1;
    this.#slots[slot] = this.#count;
    return this.#count - 1;
  }

  /** The name, or -1. */
  find(prefix: number, character: number): number {
    return (this.#slots[this.#slot(prefix, character)] ?? 0) - 1;
  }

  #slot(prefix: number, character: number): number {
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(character, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & this.#mask;
    for (;;) {
      const known = (this.#slots[slot] ?? 0) - 1;
      if (known < 0 || (this.#prefixes[known] === prefix && this.#characters[known] === character)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}

/**
 * The n-grams of two sequences of code points for n = 1 to `longest`, those in common counted as often as in the one that has
 * fewer.
 *
 * Serves: chrF. An n-gram is its first n - 1 characters, which have a number by then, and one more; only where both texts had
 * those first ones can it be in common, so that of unlike texts little is left to look at from n = 4 on.
 * Cost: at most `longest` (|a| + |b|) look-ups.
 */
export function commonGrams(a: Int32Array, b: Int32Array, longest: number): readonly CommonGrams[] {
  const names = new Names(a.length);
  const inA = new Int32Array(a.length);
  const inB = new Int32Array(a.length);
  let [positionsA, positionsB] = [positionsOf(a), positionsOf(b)];
  const [prefixesA, prefixesB] = [new Int32Array(a.length), new Int32Array(b.length)];
  const found: CommonGrams[] = [];
  for (let n = 1; n <= longest; n += 1) {
    names.clear();
    positionsA = nameAll(a, n, positionsA, prefixesA, names);
    inA.fill(0, 0, names.count);
    inB.fill(0, 0, names.count);
    for (const at of positionsA) inA[prefixesA[at] ?? 0] = (inA[prefixesA[at] ?? 0] ?? 0) + 1;
    positionsB = findAll(b, n, positionsB, prefixesB, names);
    for (const at of positionsB) inB[prefixesB[at] ?? 0] = (inB[prefixesB[at] ?? 0] ?? 0) + 1;
    let common = 0;
    for (let name = 0; name < names.count; name += 1) common += Math.min(inA[name] ?? 0, inB[name] ?? 0);
    found.push({ common, ofA: Math.max(0, a.length - n + 1), ofB: Math.max(0, b.length - n + 1) });
    positionsA = positionsA.filter((at) => (inB[prefixesA[at] ?? 0] ?? 0) > 0);
  }
  return found;
}

function positionsOf(text: Int32Array): Int32Array {
  return Int32Array.from(text.keys());
}

/** Names the n-gram at each position; the positions where one fits. */
function nameAll(text: Int32Array, n: number, positions: Int32Array, prefixes: Int32Array, names: Names): Int32Array {
  let kept = 0;
  for (const at of positions) {
    if (at + n > text.length) continue;
    prefixes[at] = names.name(prefixes[at] ?? 0, text[at + n - 1] ?? 0);
    positions[kept] = at;
    kept += 1;
  }
  return positions.subarray(0, kept);
}

/** Finds the n-gram at each position by its name; the positions where it has one. */
function findAll(text: Int32Array, n: number, positions: Int32Array, prefixes: Int32Array, names: Names): Int32Array {
  let kept = 0;
  for (const at of positions) {
    if (at + n > text.length) continue;
    const name = names.find(prefixes[at] ?? 0, text[at + n - 1] ?? 0);
    if (name < 0) continue;
    prefixes[at] = name;
    positions[kept] = at;
    kept += 1;
  }
  return positions.subarray(0, kept);
}
