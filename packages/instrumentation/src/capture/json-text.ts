import { createHash } from 'node:crypto';

/** The text of a value, as much of it as was asked for. */
export interface JsonText {
  readonly text: string;
  /** There would have been more. */
  readonly cut: boolean;
}

/** Deeper values are refused, and with them those that contain themselves. */
const MAX_DEPTH = 64;

/** Bytes of one value that are looked through, wherever in it they are: the host waits meanwhile. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A value that JSON has no word for. `what` is fit for a log, as the message of what the host's own code throws is not. */
export class NoText extends Error {
  override readonly name: string = 'NoText';
}

/**
 * One text for one value, whatever order its fields were set in: JSON with sorted keys, bytes by their length and digest. Its own
 * walk, and not `JSON.stringify`, since the values are the host's: it stops at `maxChars`, runs no more of their code than `toJSON`,
 * and refuses (throws) what JSON would write as `{}`: an empty object that is a `Map` says nothing and would agree with every other.
 */
export function jsonText(value: unknown, maxChars: number): JsonText {
  const pieces: string[] = [];
  let left = maxChars;
  const put = (piece: string): void => {
    if (left > 0) pieces.push(piece.length > left ? piece.slice(0, left) : piece);
    left -= piece.length;
  };
  write(value, 0, { put, wanted: () => left >= 0, digests: new Digests() });
  return { text: pieces.join(''), cut: left < 0 };
}

interface Text {
  readonly put: (piece: string) => void;
  /** There is room for more. */
  readonly wanted: () => boolean;
  readonly digests: Digests;
}

function write(value: unknown, depth: number, text: Text): void {
  const { put } = text;
  if (!text.wanted()) return;
  if (depth > MAX_DEPTH) throw new NoText(`more than ${MAX_DEPTH} levels`);
  if (typeof value === 'bigint') return put(String(value));
  if (typeof value === 'number' && !Number.isFinite(value)) return put(`"${value}"`);
  if (value === null || typeof value !== 'object') {
    const word = JSON.stringify(value) as string | undefined;
    if (word === undefined) throw new NoText(`a ${typeof value}`);
    return put(word);
  }
  if (ArrayBuffer.isView(value))
    return put(text.digests.of(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  if (value instanceof ArrayBuffer) return put(text.digests.of(new Uint8Array(value)));
  const toJson: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJson === 'function') return write(Reflect.apply(toJson, value, []), depth + 1, text);
  if (Array.isArray(value)) return writeList(value, depth, text);
  writeFields(value, depth, text);
}

function writeList(list: readonly unknown[], depth: number, text: Text): void {
  const { put } = text;
  put('[');
  for (const [index, each] of list.entries()) {
    if (!text.wanted()) return;
    if (index > 0) put(',');
    write(each === undefined ? null : each, depth + 1, text);
  }
  put(']');
}

function writeFields(value: object, depth: number, text: Text): void {
  const { put } = text;
  const keys = Object.keys(value).toSorted();
  if (keys.length === 0 && !isPlain(value)) throw new NoText('an object without fields of its own');
  put('{');
  let first = true;
  for (const key of keys) {
    const field: unknown = Reflect.get(value, key);
    if (field === undefined || typeof field === 'function') continue;
    put(`${first ? '' : ','}${JSON.stringify(key)}:`);
    first = false;
    write(field, depth + 1, text);
    if (!text.wanted()) return;
  }
  put('}');
}

/** Made by `{}`, in whatever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What stands for the bytes of one value. The same bytes may be in it many times, as an image is in a conversation: they are looked through once. */
class Digests {
  readonly #known = new Map<ArrayBufferLike, Map<string, string>>();
  #left = MAX_BYTES;

  of(bytes: Uint8Array): string {
    const { buffer, byteOffset, length } = bytes;
    const known = this.#known.get(buffer) ?? new Map<string, string>();
    this.#known.set(buffer, known);
    const range = `${byteOffset} ${length}`;
    const digest = known.get(range) ?? this.#digest(bytes);
    known.set(range, digest);
    return `{"bytes":${length},"sha256":"${digest}"}`;
  }

  #digest(bytes: Uint8Array): string {
    this.#left -= bytes.length;
    if (this.#left < 0) throw new NoText(`more than ${MAX_BYTES} bytes`);
    return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  }
}
