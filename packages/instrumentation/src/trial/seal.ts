import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { ContractError, SealedError } from '../errors.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/**
 * The first byte of what is sealed, its version included. No raw DEFLATE begins with it (RFC 1951, 3.2.3: block type 3 is
 * reserved), and no JSON: what is sealed and what is not can lie side by side, and each says which it is.
 */
const MARK = 0xe7;
const ID_BYTES = 8;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + SALT_BYTES;
/**
 * Under one key, at most 2^32 messages may have random nonces of 96 bits (NIST SP 800-38D, 8.3). Each process derives a key of its own
 * from the shared one, and another one long before: no number of pairs or processes comes near the limit.
 */
const MESSAGES_PER_KEY = 2 ** 24;
const KEYS_REMEMBERED = 1000;

/** Seals with one key and opens with several: AES-256-GCM under keys derived with HKDF-SHA256. Shows nothing of its keys when printed. */
export class Seal {
  /** Names the key that seals: 16 hex digits of a hash of it. */
  readonly keyId: string;
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #messagesPerKey: number;
  readonly #derived = new Map<string, Uint8Array>();
  #head: Buffer = Buffer.alloc(0);
  #left = 0;

  /**
   * @param key 32 bytes, as {@link encryptionKey} reads them. @param previous Keys that only open.
   * @param messagesPerKey After so many messages another key is derived.
   */
  constructor(key: Uint8Array, previous: readonly Uint8Array[] = [], messagesPerKey: number = MESSAGES_PER_KEY) {
    this.keyId = idOf(key);
    this.#keys = new Map([...previous, key].map((each) => [idOf(each), each]));
    this.#messagesPerKey = messagesPerKey;
  }

  /** The key ids that can be opened. */
  get keyIds(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** @param place What it is and where it will lie: it opens nowhere else. */
  seal(bytes: Uint8Array, place: string): Buffer {
    if (this.#left === 0) {
      this.#head = Buffer.concat([Buffer.of(MARK), Buffer.from(this.keyId, 'hex'), randomBytes(SALT_BYTES)]);
      this.#left = this.#messagesPerKey;
    }
    this.#left -= 1;
    const head = this.#head;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keyOf(head, place), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associated(head, place));
    const sealed = [cipher.update(bytes), cipher.final()];
    return Buffer.concat([head, nonce, ...sealed, cipher.getAuthTag()]);
  }

  /** Throws {@link SealedError} where the key is not known here, {@link ContractError} where the bytes are not what was sealed for this place. */
  open(bytes: Uint8Array, place: string): Buffer {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (all.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) throw broken(place);
    const head = all.subarray(0, HEAD_BYTES);
    const nonce = all.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
    const key = this.#keyOf(head, place);
    try {
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(associated(head, place)).setAuthTag(all.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(all.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw broken(place, cause);
    }
  }

  #keyOf(head: Buffer, place: string): Uint8Array {
    const name = head.toString('hex');
    const known = this.#derived.get(name);
    if (known !== undefined) return known;
    const id = head.toString('hex', 1, 1 + ID_BYTES);
    const key = this.#keys.get(id);
    if (key === undefined) throw new SealedError(place, id, this.keyIds);
    const salt = head.subarray(1 + ID_BYTES);
    const derived = new Uint8Array(hkdfSync('sha256', key, salt, 'understudy seal', KEY_BYTES));
    if (this.#derived.size >= KEYS_REMEMBERED) this.#derived.clear();
    this.#derived.set(name, derived);
    return derived;
  }
}

export function isSealed(bytes: Uint8Array): boolean {
  return bytes[0] === MARK;
}

/** What was sealed, or the bytes themselves where they are not. Throws as {@link Seal.open} does, and where there is no key at all. */
export function opened(bytes: Uint8Array, place: string, seal: Seal | null): Uint8Array {
  if (!isSealed(bytes)) return bytes;
  if (seal !== null) return seal.open(bytes, place);
  throw new SealedError(place, Buffer.from(bytes.subarray(1, 1 + ID_BYTES)).toString('hex'), []);
}

/** Reads a key: 32 bytes in hex or base64; null where it is none. */
export function encryptionKey(text: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : null;
}

/** Of a random key of 256 bits: it tells nothing of it. */
function idOf(key: Uint8Array): string {
  return createHash('sha256')
    .update('understudy key\0')
    .update(key)
    .digest('hex')
    .slice(0, 2 * ID_BYTES);
}

function associated(head: Buffer, place: string): Buffer {
  return Buffer.concat([head, Buffer.from(place)]);
}

function broken(place: string, cause?: unknown): ContractError {
  return new ContractError('encoding', `the ${place} is not what was sealed: cut off, changed or moved`, { cause });
}
