import { createIds } from '../trial/ids.js';
import type { ClusterKey, RunId, Trial } from '../trial/trial.js';

export const run = '0123456789abcdef' as RunId;
export const producer = 'p1';
export const EPOCH: number = Date.UTC(2026, 10, 21);

const ids = createIds();

/** A trial with one leg whose answers are `text`. */
export function trial(text: string = 'Yes.', startedAt: number = EPOCH): Trial {
  const ok = {
    status: 'ok' as const,
    answer: {
      kind: 'text' as const,
      messages: [{ role: 'assistant', parts: [{ type: 'text' as const, content: text }] }],
    },
  };
  const rest = { finish: 'stop', usage: null, durationMs: 1, model: 'm', span: null };
  return {
    v: 1,
    callId: ids.next(startedAt),
    run,
    producer,
    segment: '_none',
    cluster: '0123456789abcdef' as ClusterKey,
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt,
    input: { kind: 'none' },
    primary: { ...ok, ...rest },
    legs: { a: { ...ok, ...rest, pairId: ids.next(startedAt) } },
  };
}
