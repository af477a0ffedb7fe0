import type { IncomingMessage } from 'node:http';
import { whyUnanswered } from '../errors.js';

/** Where a signal is passed on to, with headers such as a key. */
export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a target said, or would have: `trouble` says why it has not taken the request. */
export interface Passed {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  readonly retryAfter: string | null;
  readonly trouble: string | null;
}

/** Of a target's answer; OTLP's own are a few bytes. */
const MOST_ANSWER = 64 * 1024;

/** Sends a body on as it came, with the headers of the target. Never rejects. */
export async function passOn(
  { url, headers }: Target,
  body: Buffer,
  { headers: from }: IncomingMessage,
  timeoutMs: number,
): Promise<Passed> {
  const encoding = from['content-encoding'];
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': from['content-type'] ?? '',
        ...(encoding !== undefined && { 'content-encoding': encoding }),
      },
      body: new Uint8Array(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    const answer: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const chunk of answer) {
      length += chunk.length;
      if (length > MOST_ANSWER) break;
      chunks.push(chunk);
    }
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? 'application/x-protobuf',
      body: length > MOST_ANSWER ? Buffer.alloc(0) : Buffer.concat(chunks),
      retryAfter: response.headers.get('retry-after'),
      trouble: response.ok ? null : `it answers ${response.status}`,
    };
  } catch (error) {
    const trouble = whyUnanswered(error, `${timeoutMs / 1000} s`);
    // What an exporter tries again.
    return { status: 503, type: 'text/plain', body: Buffer.from(trouble), retryAfter: null, trouble };
  }
}
