import { terminalOf } from '../config.js';
import { type Style, styleFor } from './style.js';

/** Where a command writes: results to `out`, what went wrong and what is going on to `err`. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  readonly style: Style;
  readonly errStyle: Style;
  /** Lines of `err` may be written over. */
  readonly live: boolean;
}

/** The process's own streams. A reader that has gone (`| head`) is no error. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', () => undefined);
  }
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    style: styleFor(terminalOf(process.stdout).color),
    errStyle: styleFor(terminalOf(process.stderr).color),
    live: terminalOf(process.stderr).live,
  };
}

/** JSON for programs: one value, in lines that people can read as well. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner), 2);
}
