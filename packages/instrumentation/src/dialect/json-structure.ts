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

/**
 * Whether a JSON text keeps to the limits, by its signs alone: what is no JSON may keep to them as well. Linear, in constant memory, and
 * left at the first sign too many; strings are stepped over.
 */
export function within(text: string, { depth, values, names }: StructureLimits): boolean {
  // So short a text cannot have so many.
  if (text.length <= Math.min(depth, values, names)) return true;
  let level = 0;
  let valuesSeen = 0;
  let namesSeen = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        if (at === -1) return true;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        level += 1;
        valuesSeen += 1;
        if (level > depth || valuesSeen > values) return false;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        level -= 1;
        break;
      case COMMA:
        valuesSeen += 1;
        if (valuesSeen > values) return false;
        break;
      case COLON:
        namesSeen += 1;
        if (namesSeen > names) return false;
        break;
      default:
    }
  }
  return true;
}

/** -1 where there is none: a parser finds nothing to nest in what is left either. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at !== -1) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return -1;
}
