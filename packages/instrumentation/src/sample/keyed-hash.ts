import { hash } from 'node:crypto';

/** SHA-256 takes its input in blocks of so many bytes. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Texts up to this need no memory of their own. */
const ROOM_BYTES = 512;
/** Of UTF-8, for a unit of a string. */
const MAX_BYTES_PER_UNIT = 3;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * HMAC-SHA256 (RFC 2104) under one key, in hex. Every call is hashed before it is sent: as two plain hashes over a prepared key this
 * takes a tenth of what `createHmac` does, most of which goes into making a key object and a stream.
 */
export function createKeyedHash(key: Uint8Array): (text: string) => string {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key);
  const inner = Buffer.alloc(BLOCK_BYTES + ROOM_BYTES);
  inner.set(block.map((byte) => byte ^ INNER_PAD));
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  outer.set(block.map((byte) => byte ^ OUTER_PAD));
  return (text) => {
    const fits = text.length * MAX_BYTES_PER_UNIT <= ROOM_BYTES;
    const keyed = fits
      ? inner.subarray(0, BLOCK_BYTES + inner.write(text, BLOCK_BYTES))
      : Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(text)]);
    outer.write(hash('sha256', keyed, 'hex'), BLOCK_BYTES, 'hex');
    return hash('sha256', outer, 'hex');
  };
}

/** A producer has one salt, prepared once. */
const prepared = new WeakMap<Uint8Array, (text: string) => string>();

/** The HMAC-SHA256 of a text under a key, in hex. The key is prepared once, and must not change afterwards. */
export function keyedHash(key: Uint8Array, text: string): string {
  let keyed = prepared.get(key);
  if (keyed === undefined) prepared.set(key, (keyed = createKeyedHash(key)));
  return keyed(text);
}
