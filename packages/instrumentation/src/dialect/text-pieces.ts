/** Pieces that are kept as they came before they are joined to one. */
const PIECES = 256;
/** Of a piece beside its characters: an entry of a list, and the head of a string. */
const PIECE_BYTES = 32;
const BYTES_PER_CHARACTER = 2;

/**
 * A text that comes in pieces. A string that grows piece by piece takes several times its length for as long as it lives, and so does a
 * list of short ones: they are joined by the hundreds.
 */
export class TextPieces {
  #blocks: string[] = [];
  #pieces: string[] = [];
  #length = 0;

  /** In characters. */
  get length(): number {
    return this.#length;
  }

  /** About how many bytes it takes in memory. */
  get heldBytes(): number {
    return PIECE_BYTES * (this.#blocks.length + this.#pieces.length) + BYTES_PER_CHARACTER * this.#length;
  }

  add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#pieces.length < PIECES) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  /** The whole text, which is let go of. */
  take(): string {
    const [only = ''] = this.#pieces;
    const text =
      this.#blocks.length === 0 && this.#pieces.length <= 1 ? only : [...this.#blocks, ...this.#pieces].join('');
    this.clear();
    return text;
  }

  clear(): void {
    if (this.#length === 0) return;
    this.#blocks = [];
    this.#pieces = [];
    this.#length = 0;
  }
}
