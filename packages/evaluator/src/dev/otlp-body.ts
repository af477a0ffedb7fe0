import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { countItems } from './otlp-items.js';

/** Of one body, as it comes. */
export const MOST_BYTES: number = 4 * 1024 * 1024;
/** Of all that are being read or passed on. */
const MOST_HELD: number = 8 * MOST_BYTES;
const MOST_INFLATED = 16 * 1024 * 1024;

const decoders = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** A body as it came, or why it was not read to its end. */
export type Body = Buffer | 'too_long' | 'no_room';

/** Reads the bodies of requests, of which all together hold no more than so much. */
export interface Bodies {
  /** `use` is given the body; its room is free again once that has ended. */
  read<Result>(request: IncomingMessage, use: (body: Body) => Promise<Result>): Promise<Result>;
}

export function createBodies(): Bodies {
  let held = 0;
  return {
    async read(request, use) {
      let length = 0;
      const bodyOf = async (): Promise<Body> => {
        if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return 'too_long';
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) {
          length += chunk.length;
          held += chunk.length;
          if (length > MOST_BYTES) return 'too_long';
          if (held > MOST_HELD) return 'no_room';
          chunks.push(chunk);
        }
        return Buffer.concat(chunks);
      };
      try {
        return await use(await bodyOf());
      } finally {
        held -= length;
      }
    },
  };
}

/** Says how many items a body holds, null where that would take too long; rejects where it cannot be read. One body is decoded at a time. */
export function createCounting(): (
  body: Buffer,
  compression: string | undefined,
  encoding: 'protobuf' | 'json',
) => Promise<number | null> {
  let last: Promise<unknown> = Promise.resolve();
  return (body, compression, encoding) => {
    const counted = last.then(async () => countItems(await decoded(body, compression), encoding));
    last = counted.catch(() => undefined);
    return counted;
  };
}

async function decoded(body: Buffer, compression: string | undefined): Promise<Buffer> {
  if (compression === undefined || compression === 'identity') return body;
  if (compression !== 'gzip' && compression !== 'deflate') throw new Error('expected gzip or deflate, or no encoding');
  return decoders[compression](body, { maxOutputLength: MOST_INFLATED });
}
