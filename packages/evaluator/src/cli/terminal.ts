import { terminalOf } from '../config.js';
import { escaped } from './foreign-text.js';
import { type Style, styleFor } from './style.js';

/** Where a command writes: results to `out`, what went wrong and what is going on to `err`. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  readonly style: Style;
  readonly errStyle: Style;
  /** How wide `out` is, in characters; undefined where it is no terminal. */
  readonly columns?: number | undefined;
  /** Lines may be written over. */
  readonly live: boolean;
  /** A line of `err` that the next one replaces; an empty one ends that. Nothing where lines cannot be written over. */
  progress(text: string): void;
}

/** The process's own streams. A reader that has gone (`| head`) is no error. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
  }
  const { live } = terminalOf(process.stderr);
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    style: styleFor(terminalOf(process.stdout).color),
    errStyle: styleFor(terminalOf(process.stderr).color),
    get columns() {
      return process.stdout.columns as number | undefined;
    },
    live,
    progress: (text) => {
      if (live) process.stderr.write(`\r\u001b[K${text}`);
    },
  };
}

/** JSON for programs: one value, in lines that people can read as well. */
export function jsonText(value: unknown): string {
  return json(value, 2);
}

/** JSON for programs that read line by line. */
export function jsonLine(value: unknown): string {
  return json(value, 0);
}

/** A terminal may show it: signs that it obeys are escaped, where they are parts of strings, which leaves the value as it is. */
function json(value: unknown, indent: number): string {
  return escaped(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner), indent),
  );
}
