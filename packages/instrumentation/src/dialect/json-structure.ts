/** How much structure a JSON text may have. */
export interface StructureLimits {
  /** Levels of nesting. */
  readonly depth: number;
  /** Lists, objects and what stands between commas. */
  readonly values: number;
  /** Names of fields. */
  readonly names: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Whether a JSON text keeps to the limits, by its signs alone: what is no JSON may keep to them as well. */
export function within(text: string, limits: StructureLimits): boolean {
  // So short a text cannot have so many.
  if (text.length <= Math.min(limits.depth, limits.values, limits.names)) return true;
  return new JsonStructure(limits).push(text);
}

/**
 * Counts the structure of a JSON text as it comes, so that what has too much of it need not be held to its end. Linear, in constant
 * memory, and left at the first sign too many; strings are stepped over.
 */
export class JsonStructure {
  readonly #limits: StructureLimits;
  #level = 0;
  #values = 0;
  #names = 0;
  #inString = false;
  /** The last piece ended in a string, behind a backslash that escapes what follows. */
  #escaped = false;
  #exceeded = false;

  constructor(limits: StructureLimits) {
    this.#limits = limits;
  }

  /** Looks through a further piece. False once there is too much. */
  push(text: string): boolean {
    let at = 0;
    while (at < text.length && !this.#exceeded) {
      if (this.#inString) at = this.#afterString(text, at);
      else at = this.#afterSigns(text, at);
    }
    return !this.#exceeded;
  }

  /** Another text begins. */
  reset(): void {
    this.#level = this.#values = this.#names = 0;
    this.#inString = this.#escaped = this.#exceeded = false;
  }

  /** Up to the next string, and into it. */
  #afterSigns(text: string, from: number): number {
    const { depth, values, names } = this.#limits;
    for (let at = from; at < text.length; at += 1) {
      switch (text.charCodeAt(at)) {
        case QUOTE:
          this.#inString = true;
          return at + 1;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          this.#level += 1;
          this.#values += 1;
          this.#exceeded = this.#level > depth || this.#values > values;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#level -= 1;
          break;
        case COMMA:
          this.#values += 1;
          this.#exceeded = this.#values > values;
          break;
        case COLON:
          this.#names += 1;
          this.#exceeded = this.#names > names;
          break;
        default:
      }
      if (this.#exceeded) return text.length;
    }
    return text.length;
  }

  /** Past the end of the string it is in, or to the end of the text. */
  #afterString(text: string, from: number): number {
    const first = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    for (let at = text.indexOf('"', first); at !== -1; at = text.indexOf('"', at + 1)) {
      if (backslashesBefore(text, at, first) % 2 === 1) continue;
      this.#inString = false;
      return at + 1;
    }
    this.#escaped = backslashesBefore(text, text.length, first) % 2 === 1;
    return text.length;
  }
}

function backslashesBefore(text: string, at: number, from: number): number {
  let count = 0;
  while (at - 1 - count >= from && text.charCodeAt(at - 1 - count) === BACKSLASH) count += 1;
  return count;
}
