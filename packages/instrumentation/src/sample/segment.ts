import type { Segments } from '../experiment/definition.js';
import { guard } from '../guard.js';
import { SEGMENT_ALL, SEGMENT_NONE, SEGMENT_OTHER } from '../trial/trial.js';
import type { CallRules, CallView } from './call-view.js';

const RESERVED: ReadonlySet<string> = new Set([SEGMENT_ALL, SEGMENT_NONE, SEGMENT_OTHER]);
const MAX_NAME_LENGTH = 256;

/**
 * Names segments, at most `max` of them in this process: what comes later is `_other`, so that neither telemetry nor a batch can grow
 * with what callers send. Critical segments, and those a sampling rule is about, have their place from the start. Over all processes the
 * ledger bounds them.
 */
export function createSegmenter(
  { attribute, max, critical }: Pick<Segments, 'attribute' | 'max' | 'critical'>,
  rule?: CallRules['segment'],
): (view: CallView) => string {
  const known = new Set(critical);

  function bounded(name: string): string {
    if (known.has(name)) return name;
    if (known.size >= max || name.length > MAX_NAME_LENGTH || RESERVED.has(name)) return SEGMENT_OTHER;
    known.add(name);
    return name;
  }

  return (view) => {
    const value = rule === undefined ? attributeOf(view, attribute) : guard('sample.segment', () => rule(view));
    const name = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return typeof name === 'string' && name !== '' ? bounded(name) : SEGMENT_NONE;
  };
}

function attributeOf(view: CallView, attribute: string | null): unknown {
  return attribute === null ? undefined : view.attributes[attribute];
}
