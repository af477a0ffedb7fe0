import type { Behaviour } from './behaviours.js';

/** A request as a protocol reads it. */
export interface Asked {
  /** Path and query. */
  readonly path: string;
  /** The JSON body; empty where there was none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** How one provider's protocol answers: pure functions of what was asked and of the behaviour. */
export interface Protocol {
  /** The dialect it is for. */
  readonly name: string;
  /** `path` without the query. */
  recognises(path: string): boolean;
  streamed(asked: Asked): boolean;
  /** The JSON body of an answer. */
  answer(asked: Asked, behaviour: Behaviour): unknown;
  /** The parts of a streamed answer as they go over the wire, one a write. Absent: this protocol does not stream. */
  frames?(asked: Asked, behaviour: Behaviour): readonly string[];
  /** The content type of a streamed answer. Default: `text/event-stream; charset=utf-8`. */
  streamType?(asked: Asked): string;
  /** The JSON body of an answer with an error status. */
  error(status: number): unknown;
  /** The header that names the request. Default: `x-request-id`. */
  readonly requestIdHeader?: string;
}
