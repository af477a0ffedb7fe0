import type { Call } from '../capture/call.js';
import type { Sample } from '../experiment/sampling.js';
import { guard } from '../guard.js';
import { type CallRules, viewOf } from './call-view.js';

/** Of a longer key the beginning is drawn: what a caller sends costs a bounded time. */
const MAX_KEY_LENGTH = 1024;

/**
 * Names what is drawn as a whole: the user's rule, else the key's attribute on the active span; null where there is neither, or the
 * experiment draws by trace. The draw is a function of the text alone, so that experiments with the same key nest like those by trace.
 */
export function createSampleKey(
  { by, key }: Pick<Sample, 'by' | 'key'>,
  rule: CallRules['sampleKey'],
): (call: Call) => string | null {
  if (by !== 'key') return () => null;
  return (call) => {
    const named = rule === undefined ? undefined : guard('sample.key', () => rule(viewOf(call)));
    return textOf(named) ?? (key === null ? null : textOf(call.context[key]));
  };
}

/** Marked as a key: one that looks like a trace id is not drawn as that trace. */
function textOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? `key ${text.slice(0, MAX_KEY_LENGTH)}` : null;
}
