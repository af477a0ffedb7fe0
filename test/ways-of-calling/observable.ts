import { describeValue } from './describe-value.js';

/** One thing a host can look at or do with a fetch, its response or its body. Run bare and tapped; what it gives is compared. */
export interface Observable {
  readonly name: string;
  /** `call` makes the request: a chat completion, streamed in 5 pieces with the given behaviour (default `plain`). */
  look(
    call: (init?: RequestInit, behaviour?: string) => Promise<Response>,
    url: (behaviour: string) => string,
  ): Promise<unknown>;
}

export type Body = ReadableStream<Uint8Array>;

export function bodyOf(response: Response): Body {
  if (response.body === null) throw new Error('no body');
  return response.body as Body;
}

export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What a promise did, its error described as a host would see it. */
export async function tried(run: () => unknown): Promise<unknown> {
  try {
    return { gave: describeValue(await run()) };
  } catch (error) {
    return { threw: describeValue(error) };
  }
}

export function shape(value: object): unknown {
  return {
    own: Reflect.ownKeys(value).map(String),
    enumerable: Object.keys(value),
    prototype: Reflect.ownKeys(Object.getPrototypeOf(value) as object).map(String),
    class: value.constructor.name,
    tag: Object.prototype.toString.call(value),
    frozen: Object.isFrozen(value),
    extensible: Object.isExtensible(value),
  };
}
