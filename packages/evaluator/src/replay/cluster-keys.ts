const FIRST_CAPACITY = 1024;
/** Beyond it a search takes too many steps. */
const FULL = 0.85;
const GROWTH = 1.5;

/**
 * A set of cluster keys (16 hex digits), 8 bytes each in a table with at most a third of it free: all that a replay remembers of
 * the calls that have passed.
 *
 * Open addressing with linear probing. Keys are salted hashes; they are mixed all the same, since a file may hold any.
 */
export class ClusterKeys {
  #high = new Uint32Array(FIRST_CAPACITY);
  #low = new Uint32Array(FIRST_CAPACITY);
  /** 0 marks a free place, so the key 0 has one of its own. */
  #zero = false;
  #size = 0;

  get size(): number {
    return this.#size + Number(this.#zero);
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.#high.byteLength + this.#low.byteLength;
  }

  has(key: string): boolean {
    const [high, low] = halves(key);
    if (high === 0 && low === 0) return this.#zero;
    const at = this.#place(high, low);
    return this.#high[at] !== 0 || this.#low[at] !== 0;
  }

  add(key: string): void {
    const [high, low] = halves(key);
    if (high === 0 && low === 0) this.#zero = true;
    else this.#insert(high, low);
  }

  #insert(high: number, low: number): void {
    let at = this.#place(high, low);
    if (this.#high[at] !== 0 || this.#low[at] !== 0) return;
    if (this.#size + 1 > FULL * this.#high.length) {
      this.#grow();
      at = this.#place(high, low);
    }
    this.#high[at] = high;
    this.#low[at] = low;
    this.#size += 1;
  }

  /** Where the key is, or where it would be. */
  #place(high: number, low: number): number {
    const capacity = this.#high.length;
    let at = Math.floor((mixed(high, low) / 2 ** 32) * capacity);
    for (;;) {
      const [there, below] = [this.#high[at], this.#low[at]];
      if ((there === 0 && below === 0) || (there === high && below === low)) return at;
      at = at + 1 === capacity ? 0 : at + 1;
    }
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    const capacity = Math.ceil(high.length * GROWTH);
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    for (let from = 0; from < high.length; from += 1) {
      const [one = 0, other = 0] = [high[from], low[from]];
      if (one === 0 && other === 0) continue;
      const at = this.#place(one, other);
      this.#high[at] = one;
      this.#low[at] = other;
    }
  }
}

function halves(key: string): readonly [high: number, low: number] {
  return [Number.parseInt(key.slice(0, 8), 16), Number.parseInt(key.slice(8), 16)];
}

/** Murmur3's last steps over both halves. */
function mixed(high: number, low: number): number {
  let hash = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
