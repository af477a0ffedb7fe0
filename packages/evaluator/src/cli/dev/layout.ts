import { placesOf } from '../foreign-text.js';

/** A stretch of a line, printable and without line breaks. */
export interface Span {
  readonly text: string;
  /** How it is marked; it takes no place. */
  readonly mark?: (text: string) => string;
}

const MORE = '…';
/** Places of one sign. */
const WIDEST = 2;

/**
 * Spans in lines of at most `columns` places, broken at spaces where there are some. Pure.
 *
 * @param options.most lines: a text that goes on ends in `…`. Default: as many as it takes. @param options.indent of the second line and those after
 */
export function wrapped(
  spans: readonly Span[],
  columns: number,
  options: { readonly most?: number; readonly indent?: string } = {},
): readonly string[] {
  const { most = Infinity, indent = '' } = options;
  const width = Math.max(1, columns);
  const lines: { spans: Span[]; taken: number }[] = [{ spans: [], taken: 0 }];
  const put = (text: string, taken: number, { mark }: Span): void => {
    const line = lines.at(-1);
    if (line === undefined) return;
    const last = line.spans.at(-1);
    if (last !== undefined && last.mark === mark)
      line.spans[line.spans.length - 1] = { ...last, text: last.text + text };
    else line.spans.push(mark === undefined ? { text } : { text, mark });
    line.taken += taken;
  };
  const left = (): number => width - (lines.at(-1)?.taken ?? 0);
  const turn = (): void => {
    const hanging = indent.length + WIDEST <= width ? indent : '';
    lines.push({ spans: hanging === '' ? [] : [{ text: hanging }], taken: hanging.length });
  };
  for (const span of spans) {
    // A space stays with the word before it.
    for (const word of span.text.split(/(?<= )(?! )/)) {
      const places = widthOf(word.trimEnd());
      if (places > left() && places <= width - indent.length) turn();
      for (const part of broken(word, left, turn)) put(part.text, part.places, span);
      if (lines.length > most) break;
    }
  }
  const shown = lines.slice(0, most);
  return shown.map((line, at) => joined(line.spans, at === most - 1 && lines.length > most ? width : null));
}

/** The same in one line. */
export function cut(spans: readonly Span[], columns: number): string {
  return wrapped(spans, columns, { most: 1 })[0] ?? '';
}

/** How many places a text takes, at most. */
function widthOf(text: string): number {
  let places = 0;
  for (const sign of text) places += placesOf(sign);
  return places;
}

/** A word in parts that fit, each put before the next is made; a space that does not fit is left out. */
function* broken(word: string, left: () => number, turn: () => void): Generator<{ text: string; places: number }> {
  let [text, places] = ['', 0];
  for (const sign of word) {
    const taken = placesOf(sign);
    if (places + taken > left()) {
      if (sign === ' ') continue;
      if (text !== '') yield { text, places };
      turn();
      [text, places] = ['', 0];
    }
    text += sign;
    places += taken;
  }
  if (text !== '') yield { text, places };
}

/** @param width Null: all of it was shown; else there is more, and the last place says so. */
function joined(spans: readonly Span[], width: number | null): string {
  const kept = width === null ? spans : [...shortened(spans, width - WIDEST), { text: MORE }];
  return kept.map(({ text, mark = (same: string) => same }) => mark(text)).join('');
}

function shortened(spans: readonly Span[], width: number): readonly Span[] {
  const kept: Span[] = [];
  let taken = 0;
  for (const span of spans) {
    let text = '';
    for (const sign of span.text) {
      taken += placesOf(sign);
      if (taken > width) return [...kept, { ...span, text }];
      text += sign;
    }
    kept.push(span);
  }
  return kept;
}
