import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { wireReader } from './decode-beside.js';
import { Once } from './once.js';

const TEXT = 'data: {"a":1}\n\n'.repeat(500);

/** What an observer is told, the text joined. */
function reading(encoding: string): { reader: ReturnType<typeof wireReader>; told: Promise<[string, string]> } {
  const chunks: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<[string, string]>();
  const end = (how: string) => (): void => resolve([Buffer.concat(chunks).toString(), how]);
  const once = new Once({
    abandonedAfterMs: 1000,
    chunk: (bytes) => void chunks.push(Buffer.from(bytes)),
    ended: end('ended'),
    failed: end('failed'),
    cancelled: end('cancelled'),
    abandoned: end('abandoned'),
  });
  return { reader: wireReader(encoding, once), told: promise };
}

describe.each([
  ['', (text: string) => Buffer.from(text)],
  ['identity', (text: string) => Buffer.from(text)],
  ['gzip', gzipSync],
  ['GZip ', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('%s', (encoding, encode) => {
  const bytes = encode(TEXT);

  test('in pieces that the host changes afterwards, whole', async () => {
    const { reader, told } = reading(encoding);
    for (let at = 0; at < bytes.length; at += 7) {
      const piece = Buffer.from(bytes.subarray(at, at + 7));
      reader.chunk(piece);
      piece.fill(0);
    }
    reader.finish((once) => once.ended());
    expect(await told).toEqual([TEXT, 'ended']);
  });

  test('broken off: what came of it, then how it ended', async () => {
    const { reader, told } = reading(encoding);
    reader.chunk(bytes.subarray(0, bytes.length - 4));
    reader.finish((once) => once.failed(new Error('cut')));
    const [text, how] = await told;
    expect(TEXT.startsWith(text)).toBe(true);
    expect(how).toBe('failed');
  });
});

test.each([
  ['an encoding nobody knows', 'compress', Buffer.from(TEXT)],
  ['two at once', 'gzip, br', Buffer.from(TEXT)],
  ['what is not what it says', 'gzip', Buffer.from(TEXT)],
  ['more than 16 MiB once decoded', 'gzip', gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1))],
])('%s counts as not observed', async (_name, encoding, bytes) => {
  const { reader, told } = reading(encoding);
  reader.chunk(bytes);
  reader.finish((once) => once.ended());
  expect((await told)[1]).toBe('abandoned');
});

test('16 MiB are observed', async () => {
  const { reader, told } = reading('gzip');
  reader.chunk(gzipSync(Buffer.alloc(16 * 1024 * 1024)));
  reader.finish((once) => once.ended());
  const [text, how] = await told;
  expect([text.length, how]).toEqual([16 * 1024 * 1024, 'ended']);
});
