/** Differs between any two runs: which socket of the pool it was, and when. */
const CHANCE: ReadonlySet<string> = new Set(['localPort', 'bytesRead', 'bytesWritten', 'date']);

/** The frames of whatever ran the microtasks, a timer or the loop itself: a matter of milliseconds. */
const DRAINING = /\(node:internal\/(process\/task_queues|timers):/;

/** Deeper than any answer or error of an SDK. */
const MAX_DEPTH = 8;

/**
 * Plain data of whatever a call gave: errors with class, text, keys, frames and causes, responses by what they show. Two runs are
 * the same if these are.
 */
export function describeValue(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return '...';
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Headers) return [...value].filter(([name]) => name !== 'date');
  if (value instanceof Response)
    return { Response: value.status, headers: describeValue(value.headers), bodyUsed: value.bodyUsed };
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  if (Array.isArray(value)) return value.map((entry) => describeValue(entry, depth + 1));
  const described = Object.entries(value).map(([key, entry]) => [
    key,
    CHANCE.has(key) ? 'any' : describeValue(entry, depth + 1),
  ]);
  return { class: value.constructor?.name, keys: Object.getOwnPropertyNames(value), ...Object.fromEntries(described) };
}

function describeError(error: Error, depth: number): unknown {
  const entries = Object.entries(error).map(([key, entry]) => [key, describeValue(entry, depth + 1)]);
  // The stack of a cause that was made inside fetch, before it returned, passes through the tap: that one is compared down to fetch.
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ') && !DRAINING.test(line));
  // Who asked a stream for more first is a matter of milliseconds too, and these frames stand below the stream's own.
  const asked = frames.findIndex((line) => line.includes('(node:internal/webstreams/'));
  return {
    class: error.constructor.name,
    name: error.name,
    message: error.message,
    keys: Object.getOwnPropertyNames(error),
    own: Object.fromEntries(entries),
    stack:
      depth === 0
        ? frames.slice(0, asked === -1 ? frames.length : asked)
        : frames.slice(
            0,
            frames.findIndex((line) => line.includes('file:')),
          ),
    cause: 'cause' in error ? describeValue(error.cause, depth + 1) : 'none',
  };
}
