import { FOREIGN } from './json.js';
import { JsonStructure } from './json-structure.js';
import { TextPieces } from './text-pieces.js';

/** A JSON text of the other side that has not all come: what is too complex to be parsed is noticed before it is held. */
export class UnfinishedJson {
  readonly #text = new TextPieces();
  readonly #structure = new JsonStructure(FOREIGN);
  #tooComplex = false;

  /** In characters. */
  get length(): number {
    return this.#text.length;
  }

  /** About how many bytes it takes in memory. */
  get heldBytes(): number {
    return this.#text.heldBytes;
  }

  get tooComplex(): boolean {
    return this.#tooComplex;
  }

  /** It cannot become a text of at most so many characters that is parsed. */
  exceeds(maxLength: number): boolean {
    return this.length > maxLength || this.#tooComplex;
  }

  add(piece: string): void {
    this.#text.add(piece);
    if (!this.#structure.push(piece)) this.#tooComplex = true;
  }

  /** The whole text, which is let go of. */
  take(): string {
    const text = this.#text.take();
    this.clear();
    return text;
  }

  clear(): void {
    this.#text.clear();
    this.#structure.reset();
    this.#tooComplex = false;
  }
}
