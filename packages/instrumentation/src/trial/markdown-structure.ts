/** What Markdown makes of a text: how many headings, items of lists, lines that fence code, and tables. */
export interface Structure {
  readonly headings: number;
  readonly items: number;
  readonly fences: number;
  readonly tables: number;
}

/** In UTF-16 code units: so much of a text is looked through, half of it at each end. */
const MOST = 32_768;
/** The start of a line that tells what it is: indented, a marker, a space. */
const TELLING = 24;
/** A longer line draws no table. */
const LONGEST_RULE = 512;

/** Linear, in the two ends of a long text. What is in a fence of code is code, and nothing else. */
export function structureOf(text: string): Structure {
  const kept = text.length <= MOST ? text : `${text.slice(0, MOST / 2)}\n${text.slice(-MOST / 2)}`;
  let [headings, items, fences, tables] = [0, 0, 0, 0];
  let fence: string | null = null;
  let piped = false;
  for (let at = 0; at < kept.length;) {
    const next = kept.indexOf('\n', at);
    const end = next < 0 ? kept.length : next;
    const start = kept.slice(at, Math.min(end, at + TELLING)).trimStart();
    const marker = fenceOf(start);
    if (fence !== null) {
      if (marker === fence) [fence, fences] = [null, fences + 1];
    } else if (marker !== null) {
      [fence, fences] = [marker, fences + 1];
    } else {
      if (isHeading(start)) headings += 1;
      else if (isItem(start)) items += 1;
      else if (piped && end - at <= LONGEST_RULE && isRule(kept.slice(at, end))) tables += 1;
    }
    piped = fence === null && hasPipe(kept, at, end);
    at = end + 1;
  }
  return { headings, items, fences, tables };
}

function fenceOf(start: string): string | null {
  const marker = start.slice(0, 3);
  return marker === '```' || marker === '~~~' ? marker : null;
}

function isHeading(start: string): boolean {
  return start.startsWith('#') && /^#{1,6} /.test(start);
}

function isItem(start: string): boolean {
  return /^(?:[-*+]|\d{1,4}[.)]) /.test(start);
}

function hasPipe(text: string, at: number, end: number): boolean {
  const pipe = text.slice(at, Math.min(end, at + LONGEST_RULE)).indexOf('|');
  return pipe >= 0;
}

/** The line under a table's head: columns of hyphens, with a pipe between two of them or beside the only one. */
function isRule(line: string): boolean {
  if (!line.includes('|') || !line.includes('-')) return false;
  const trimmed = line.trim();
  const columns = trimmed.slice(Number(trimmed.startsWith('|')), trimmed.endsWith('|') ? -1 : undefined).split('|');
  return columns.every((column) => /^:?-+:?$/.test(column.trim()));
}
