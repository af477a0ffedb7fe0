/** A value that cannot be copied so that the copy is the same thing. `what` is fit for a log: a type, never a value. */
export class NotCopied extends Error {
  override readonly name: string = 'NotCopied';

  constructor(what: string) {
    super(`${what} cannot be copied`);
  }
}

/** Deeper values are refused: the walk must not end the stack of the host. */
const MAX_DEPTH = 128;
/** The host waits while its arguments are copied: some milliseconds for so much. */
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** What has been copied, and how much may still be. */
interface Copies {
  readonly made: Map<object, unknown>;
  entries: number;
  bytes: number;
}

/**
 * A copy that shares nothing that can be changed with the original: lists, plain objects, maps, sets, dates, URLs and bytes, circles
 * included. Throws {@link NotCopied} on functions, on what is too large, and on objects of a class: `structuredClone` would give those
 * back without their methods, and a shadow would fail for a reason of ours.
 */
export function copyOf<Value>(value: Value): Value {
  return copy(value, { made: new Map(), entries: MAX_ENTRIES, bytes: MAX_BYTES }, 0) as Value;
}

function copy(value: unknown, copies: Copies, depth: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotCopied(`a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new NotCopied(`a value of more than ${MAX_DEPTH} levels`);
  const { made } = copies;
  const before = made.get(value);
  if (before !== undefined) return before;
  const leaf = copyLeaf(value, copies);
  if (leaf !== undefined) {
    made.set(value, leaf);
    return leaf;
  }
  const each = (item: unknown): unknown => {
    copies.entries -= 1;
    if (copies.entries < 0) throw new NotCopied(`a value of more than ${MAX_ENTRIES} entries`);
    return copy(item, copies, depth + 1);
  };
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    made.set(value, list);
    for (const item of value as readonly unknown[]) list.push(each(item));
    return list;
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>();
    made.set(value, map);
    for (const [key, item] of value) map.set(each(key), each(item));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set<unknown>();
    made.set(value, set);
    for (const item of value) set.add(each(item));
    return set;
  }
  if (!isPlain(value)) throw new NotCopied(`an object of the class ${nameOf(value)}`);
  const fields = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  made.set(value, fields);
  // Defined, not assigned: a field may be called `__proto__`.
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(fields, key, { value: each(item), configurable: true, enumerable: true, writable: true });
  }
  return fields;
}

/** What holds nothing else. */
function copyLeaf(value: object, copies: Copies): unknown {
  if (value instanceof Date) return new Date(value);
  if (value instanceof URL) return new URL(value);
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return undefined;
  copies.bytes -= value.byteLength;
  if (copies.bytes < 0) throw new NotCopied(`a value of more than ${MAX_BYTES} bytes`);
  return copyBytes(value);
}

/** As they are: their length and kind. Of a view its own bytes alone: what it is a view of may be much larger, or shared. */
function copyBytes(value: ArrayBuffer | ArrayBufferView): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof DataView) {
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  }
  return (value as ArrayBuffer | Uint8Array).slice();
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' ? constructor.name.slice(0, 64) : 'unknown';
}
