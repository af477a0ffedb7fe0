/** What the texts of one span pass through before they are put on it. Throws where a text cannot be made fit: then none is. */
export interface SpanTexts {
  /** What was said. */
  text(text: string): string;
  /** A short name that stands beside it: of a tool, a role, an id. */
  name(name: string): string;
}

/** Begins a span's texts: what is counted within one span is counted anew. */
export type SpanContent = () => SpanTexts;

/** What of a call may stand on its span, and on those of its shadows. */
export interface SpanPrivacy {
  /** What was said, where it is to be on spans at all; else null. */
  readonly content: SpanContent | null;
  /** A name that the other side chose (of its model, of why it stopped), as it may stand on spans and metrics. */
  name(name: string): string;
}

/** Numbers and names. */
export const NO_CONTENT: SpanPrivacy = { content: null, name: (name) => name };

/** Longer than any name, and shorter than what one would hide in it. */
const LONGEST_NAME = 256;
const NO_NAME = /[\p{Cc}\u2028\u2029]/u;

/** A name, or null where it is a text: a request and an answer may have anything where a model's name should be. */
export function asSpanName(name: string | null): string | null {
  return name === null || name.length > LONGEST_NAME || NO_NAME.test(name) ? null : name;
}
