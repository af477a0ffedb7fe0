import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { PairContent } from './ledger.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** The bytes of a pair's content: raw DEFLATE of JSON. The compression runs off the event loop. */
export async function encodeContent(content: PairContent): Promise<Buffer> {
  return deflate(Buffer.from(JSON.stringify(content)), { level: 1 });
}

export async function decodeContent(bytes: Uint8Array): Promise<PairContent> {
  return JSON.parse((await inflate(bytes)).toString()) as PairContent;
}
