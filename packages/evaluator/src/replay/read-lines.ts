/** One line of a stream: its text, or why it has none. Lines count from 1. */
export type Line =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly text: null; readonly problem: string };

/** Bytes of the longest line that is read: a batch on the queue is no longer once it is deflated, and a trial is a part of one. */
const LONGEST_LINE = 8 * 1024 * 1024;

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The lines of a stream of bytes, without empty ones. Of a line that is too long nothing is kept while it passes, so that no line
 * takes more memory than the longest that is read.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number = LONGEST_LINE,
): AsyncGenerator<Line, void, undefined> {
  let line = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  const taken = (): Line | null => {
    const read = length > longest ? tooLong(line, longest) : textOf(line, Buffer.concat(parts));
    [parts, length] = [[], 0];
    line += 1;
    return read.text?.trim() === '' ? null : read;
  };
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const at = chunk.indexOf(NEWLINE, from);
      const end = at === -1 ? chunk.length : at;
      length += end - from;
      if (length <= longest) parts.push(chunk.subarray(from, end));
      else parts = [];
      from = end + 1;
      const read = at === -1 ? null : taken();
      if (read !== null) yield read;
    }
  }
  const last = length === 0 ? null : taken();
  if (last !== null) yield last;
}

function textOf(line: number, bytes: Uint8Array): Line {
  try {
    return { line, text: UTF8.decode(bytes) };
  } catch {
    const zipped = line === 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
    return {
      line,
      text: null,
      problem: zipped ? 'compressed, expected lines of JSON: pipe it through `zcat`' : 'not UTF-8',
    };
  }
}

function tooLong(line: number, longest: number): Line {
  return { line, text: null, problem: `longer than ${longest} bytes` };
}
