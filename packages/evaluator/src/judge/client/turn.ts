import type { ModelUsage } from '../model-client.js';
import { type Exchanged, failed } from './exchange.js';

/** Where requests get leave to be sent, and what they may cost: asked before each of them, a second form of the same question included. */
export interface Turns {
  /** Never rejects. */
  take(request: RequestSize): Promise<Turn>;
}

export interface RequestSize {
  /** Of the whole body. */
  readonly bytes: number;
  /** The most the model may write, in tokens. */
  readonly maxTokens: number;
}

export type Turn =
  | {
      readonly status: 'granted';
      /** What it took; `nothing` where it was not charged for, null where nobody knows: then it is the most. */
      settle(took: ModelUsage | 'nothing' | null, answered: boolean): Promise<void>;
    }
  | { readonly status: 'refused'; readonly detail: string; readonly retryAfterMs: number | null };

/** What is sent, and where its answer says what it took. */
export interface PaidRequest {
  readonly body: unknown;
  readonly maxTokens: number;
  readonly usageIn: (body: unknown) => ModelUsage | null;
}

/** Sends a request in its turn; one that gets none is not sent (`unpaid`). Never rejects where `send` does not. */
export async function inTurn(
  turns: Turns | undefined,
  { body, maxTokens, usageIn }: PaidRequest,
  send: (body: unknown) => Promise<Exchanged>,
): Promise<Exchanged> {
  if (turns === undefined) return send(body);
  const turn = await turns.take({ bytes: Buffer.byteLength(JSON.stringify(body)), maxTokens });
  if (turn.status === 'refused') {
    return failed('unpaid', turn.detail, { retryAfterMs: turn.retryAfterMs, unbilled: true });
  }
  let took: ModelUsage | 'nothing' | null = null;
  let answered = false;
  try {
    const reply = await send(body);
    answered = reply.status === 'ok';
    took = reply.status === 'ok' ? usageIn(reply.body) : reply.unbilled === true ? 'nothing' : null;
    return reply;
  } finally {
    await turn.settle(took, answered);
  }
}
