import { styleFor } from './style.js';
import type { Output } from './terminal.js';

/** An output without colours whose texts are kept. */
export interface CollectedOutput extends Output {
  readonly lines: string[];
  readonly errors: string[];
}

export function collectedOutput(): CollectedOutput {
  const [lines, errors]: [string[], string[]] = [[], []];
  const style = styleFor(false);
  return {
    lines,
    errors,
    out: (text) => void lines.push(text),
    err: (text) => void errors.push(text),
    style,
    errStyle: style,
    live: false,
    progress: () => undefined,
  };
}
