import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A row: what it is ordered by, and then by its text. No text holds a line break. */
export interface Row {
  readonly key: number;
  readonly text: string;
}

export interface SortingOptions {
  /** Characters of rows that are kept in memory before they are written to a file. Default 16 Mi. */
  readonly inMemory?: number;
  /** Where files go. Default: the system's folder for them. */
  readonly folder?: string;
}

const IN_MEMORY = 16 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Files that are read side by side: so many become one. */
const MOST_FILES = 64;
const ROWS_A_WRITE = 256;

/**
 * Puts rows in order in memory that does not grow with them: parts that are sorted go to files, which are read side by side.
 * The order is of the rows alone, not of when they came.
 */
export class SortedRows {
  readonly #limit: number;
  readonly #parent: string;
  #folder: string | null = null;
  #written = 0;
  readonly #files: { readonly file: number; readonly bytes: number }[] = [];
  #rows: Row[] = [];
  #characters = 0;

  constructor({ inMemory = IN_MEMORY, folder = tmpdir() }: SortingOptions = {}) {
    this.#limit = inMemory;
    this.#parent = folder;
  }

  add(row: Row): void {
    this.#rows.push(row);
    this.#characters += row.text.length;
    if (this.#characters > this.#limit) this.#spill();
  }

  /** Every row in order, once. */
  *sorted(): Generator<Row, void, undefined> {
    const parts: Part[] = this.#files.map((file) => new FilePart(file.file, file.bytes));
    parts.push(new MemoryPart(this.#rows.sort(compareRows)));
    yield* merged(parts);
  }

  /** Gives the files back. */
  close(): void {
    for (const { file } of this.#files.splice(0)) closeSync(file);
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
    this.#rows = [];
  }

  #spill(): void {
    this.#write(this.#rows.sort(compareRows));
    [this.#rows, this.#characters] = [[], 0];
    if (this.#files.length < MOST_FILES) return;
    const files = this.#files.splice(0);
    this.#write(merged(files.map(({ file, bytes }) => new FilePart(file, bytes))));
    for (const { file } of files) closeSync(file);
  }

  #write(rows: Iterable<Row>): void {
    // Only for this user to read, and gone with the replay.
    this.#folder ??= mkdtempSync(join(this.#parent, 'understudy-replay-'));
    const path = join(this.#folder, `rows-${(this.#written += 1)}`);
    const file = openSync(path, 'wx+', 0o600);
    // It is there for as long as it is open: a process that is killed leaves nothing.
    rmSync(path);
    let bytes = 0;
    let some: string[] = [];
    for (const { key, text } of rows) {
      some.push(`${key} ${text}\n`);
      if (some.length < ROWS_A_WRITE) continue;
      bytes += written(file, Buffer.from(some.join('')));
      some = [];
    }
    bytes += written(file, Buffer.from(some.join('')));
    this.#files.push({ file, bytes });
  }
}

function compareRows(a: Row, b: Row): number {
  if (a.key !== b.key) return a.key - b.key;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

/** Rows in order, the next one at a time. */
interface Part {
  next(): Row | null;
}

class MemoryPart implements Part {
  readonly #rows: readonly Row[];
  #at = 0;

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  next(): Row | null {
    return this.#rows[this.#at++] ?? null;
  }
}

class FilePart implements Part {
  readonly #file: number;
  readonly #bytes: number;
  #from = 0;
  #rest: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #at = 0;

  constructor(file: number, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  next(): Row | null {
    while (this.#at >= this.#lines.length) {
      if (this.#from >= this.#bytes) return null;
      this.#read();
    }
    const line = this.#lines[this.#at++] ?? '';
    const space = line.indexOf(' ');
    return { key: Number(line.slice(0, space)), text: line.slice(space + 1) };
  }

  #read(): void {
    const block = Buffer.alloc(Math.min(BLOCK_BYTES, this.#bytes - this.#from));
    const read = readSync(this.#file, block, 0, block.length, this.#from);
    if (read === 0) throw new Error('a file of sorted rows has been cut short');
    this.#from += read;
    const bytes = Buffer.concat([this.#rest, block.subarray(0, read)]);
    const end = bytes.lastIndexOf(0x0a);
    this.#rest = bytes.subarray(end + 1);
    this.#lines = end === -1 ? [] : bytes.toString('utf8', 0, end).split('\n');
    this.#at = 0;
  }
}

/** The smallest row of all parts, again and again: a heap of their next ones. */
function* merged(parts: readonly Part[]): Generator<Row, void, undefined> {
  const heap: { row: Row; readonly part: Part }[] = [];
  const sink = (from: number): void => {
    for (let at = from; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      for (const child of [left, right]) {
        const [one, other] = [heap[child], heap[least]];
        if (one !== undefined && other !== undefined && compareRows(one.row, other.row) < 0) least = child;
      }
      const [one, other] = [heap[at], heap[least]];
      if (least === at || one === undefined || other === undefined) return;
      [heap[at], heap[least]] = [other, one];
      at = least;
    }
  };
  for (const part of parts) {
    const row = part.next();
    if (row !== null) heap.push({ row, part });
  }
  for (let at = heap.length - 1; at >= 0; at -= 1) sink(at);
  for (;;) {
    const [top] = heap;
    if (top === undefined) return;
    yield top.row;
    const row = top.part.next();
    const last = row === null ? heap.pop() : undefined;
    if (row !== null) top.row = row;
    else if (last !== undefined && heap.length > 0) heap[0] = last;
    sink(0);
  }
}

function written(file: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  return bytes.length;
}
