import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { opened, type Seal } from '@understudy/instrumentation/trial';
import type { PairContent } from './record.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** The bytes of a pair's content: raw DEFLATE of JSON, sealed where there is a key. The compression runs off the event loop. */
export async function encodeContent(content: PairContent, pair: string, seal: Seal | null): Promise<Buffer> {
  const bytes = await deflate(Buffer.from(JSON.stringify(content)), { level: 1 });
  return seal === null ? bytes : seal.seal(bytes, placeOf(pair));
}

/** Throws a `SealedError` where its key is not here. */
export async function decodeContent(bytes: Uint8Array, pair: string, seal: Seal | null): Promise<PairContent> {
  return JSON.parse((await inflate(opened(bytes, placeOf(pair), seal))).toString()) as PairContent;
}

function placeOf(pair: string): string {
  return `content of pair ${pair}`;
}
