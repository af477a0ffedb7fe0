import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import type { Attributes, Span } from '@opentelemetry/api';
import { guard } from '../guard.js';
import { ATTR_CONTENT_CUT } from '../semconv.js';

/** Spans that may wait for their content at once: what comes beyond ends without, and says so. */
const MOST_WAITING = 256;
/** What {@link ATTR_CONTENT_CUT} names where nothing of a span's content is there. */
const ALL = 'all';

interface Waiting {
  readonly span: Span;
  readonly endedAt: number;
  readonly content: () => Attributes;
}

/** Of the whole process, so that however many calls end at once, one of them has its turn. */
const waiting: Waiting[] = [];
/** A rule of the user's belongs to none of the host's requests. */
const outside = AsyncLocalStorage.snapshot();

/**
 * Ends a span now, and adds to it what takes time to make in a turn of the event loop of its own: its caller may be in the middle of
 * handing an answer to the host. The span's end is the time of this call.
 *
 * @param content Throws where it cannot be made: the span then ends without.
 */
export function endWithContent(span: Span, content: () => Attributes): void {
  // Of the process's monotonic clock, as a span takes it.
  const endedAt = performance.now();
  if (waiting.length >= MOST_WAITING) {
    span.setAttribute(ATTR_CONTENT_CUT, [ALL]);
    return span.end(endedAt);
  }
  waiting.push({ span, endedAt, content });
  if (waiting.length === 1) outside(() => setImmediate(next));
}

/** Resolves when no span waits, or at the latest after `timeoutMs`. */
export async function contentSettled(timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (waiting.length > 0 && performance.now() < until) await new Promise((resolve) => void setImmediate(resolve));
}

function next(): void {
  const [first] = waiting;
  if (first !== undefined) {
    const { span, endedAt, content } = first;
    const attributes = guard('capture.content', content);
    guard('capture.span', () => span.setAttributes(attributes ?? { [ATTR_CONTENT_CUT]: [ALL] }));
    guard('capture.span', () => span.end(endedAt));
  }
  waiting.shift();
  if (waiting.length > 0) setImmediate(next);
}
