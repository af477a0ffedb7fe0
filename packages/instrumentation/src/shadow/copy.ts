/** A value that cannot be copied so that the copy is the same thing. `what` is fit for a log: a type, never a value. */
export class NotCopied extends Error {
  override readonly name: string = 'NotCopied';

  constructor(what: string) {
    super(`${what} cannot be copied`);
  }
}

/** Deeper values are refused: the walk must not end the stack of the host. */
const MAX_DEPTH = 128;

/**
 * A copy that shares nothing that can be changed with the original: lists, plain objects, maps, sets, dates, URLs and bytes, circles
 * included. Throws {@link NotCopied} on functions, and on objects of a class: `structuredClone` would give those back without their
 * methods, and a shadow would fail for a reason of ours.
 */
export function copyOf<Value>(value: Value): Value {
  return copy(value, new Map(), 0) as Value;
}

function copy(value: unknown, made: Map<object, unknown>, depth: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotCopied(`a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new NotCopied(`a value of more than ${MAX_DEPTH} levels`);
  const before = made.get(value);
  if (before !== undefined) return before;
  const leaf = copyLeaf(value);
  if (leaf !== undefined) {
    made.set(value, leaf);
    return leaf;
  }
  const each = (item: unknown): unknown => copy(item, made, depth + 1);
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
function copyLeaf(value: object): unknown {
  if (value instanceof Date) return new Date(value);
  if (value instanceof URL) return new URL(value);
  // As it is: its length, its kind and its offset in memory that others may share.
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return structuredClone(value);
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === 'string' ? constructor.name.slice(0, 64) : 'unknown';
}
