import type { Said } from './content.js';

/** One call of an SDK. */
export interface Asking {
  /** What the candidate's `baseUrl` would be, and what the SDK takes. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly said: Said;
  readonly stream: boolean;
}

/** A provider's own SDK, which says the content of the matrix in its own words. */
export interface Speaker {
  /** The dialect it speaks. */
  readonly dialect: string;
  /** What stands between the origin and the path of the protocol: the SDK wants it in its base URL. */
  readonly prefix: string;
  /** Headers of the protocol, lower case: who asks, and which version of it is spoken. */
  readonly headers: readonly string[];
  /** Makes the call through the global fetch and reads the answer to its end. */
  ask(asking: Asking): Promise<void>;
}

/** Reads a stream to its end. */
export async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
