import type { SpanTexts } from './span-privacy.js';

/** Characters of text that one attribute holds. */
export const SHOWN_CHARACTERS = 32_768;
/** Characters that are looked through for it: what is private must be found before a text is cut, and may shrink it. */
const LOOKED_THROUGH = 131_072;
/** The end of a text that was not looked through to its end: a value that begins there may not have been known as one. */
const UNSURE = 16_384;
/** What a message or a part takes beside its texts. */
const STRUCTURE = 24;
const LONGEST_NAME = 256;
/** Longer than that it is no name, and is not looked through. */
const NO_NAME = 4096;

/** The room of one attribute. What does not fit is cut, and said: texts end with how much is missing. */
export class ContentRoom {
  readonly #texts: SpanTexts;
  #shown = SHOWN_CHARACTERS;
  #looked = LOOKED_THROUGH;
  /** Something was left out. */
  cut = false;

  constructor(texts: SpanTexts) {
    this.#texts = texts;
  }

  /** Whether there is room for one more message or part. */
  open(): boolean {
    if (this.#shown <= STRUCTURE || this.#looked <= 0) this.cut = true;
    else this.#shown -= STRUCTURE;
    return !this.cut;
  }

  name(name: string): string {
    // Looked through whole: what is private is known as such only where it is not cut.
    const fit = name.length > NO_NAME ? '' : this.#texts.name(name).slice(0, LONGEST_NAME);
    if (fit.length === LONGEST_NAME || name.length > NO_NAME) this.cut = true;
    this.#shown -= fit.length;
    return fit;
  }

  text(text: string): string {
    const looked = text.slice(0, Math.max(0, this.#looked));
    this.#looked -= looked.length;
    const fit = this.#texts.text(looked);
    const sure = looked.length < text.length ? fit.length - UNSURE : fit.length;
    const shown = Math.max(0, Math.min(sure, this.#shown));
    this.#shown -= shown;
    if (shown === fit.length) return fit;
    this.cut = true;
    // Of what was not looked through, the length is that of the text as it was.
    return `${beginning(fit, shown)}[cut: ${fit.length - shown + text.length - looked.length} characters]`;
  }
}

/** Not half of a surrogate pair. */
function beginning(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
