import type { ModelPrice } from '@understudy/instrumentation/trial';
import type { EmbeddingClient, EmbeddingReply } from '../../embed/client.js';
import { mostTokens, type Purse, reserve } from '../judging/purse.js';

/** Tokens around each text. */
const FRAME_TOKENS = 2;

/**
 * A client whose every request is paid for before it is made, from the budget that shadows and judges share. Without money it is not made
 * (`unpaid`), nor where there is a budget and no price is known.
 */
export function paidEmbedding(client: EmbeddingClient, purse: Purse, price: ModelPrice | null): EmbeddingClient {
  return {
    identity: client.identity,
    async embed(texts, options) {
      const mostOf = price === null ? null : () => price.cost({ input: mostInput(texts), output: 0 });
      const reserved = await reserve(purse, client.identity.model, mostOf).catch(() => null);
      if (reserved === null) return unpaid("the budget's store does not answer", null);
      if (reserved.status === 'refused') return unpaid(reserved.detail, reserved.retryAfterMs);
      let reply: EmbeddingReply | null = null;
      try {
        reply = await client.embed(texts, options);
        return reply;
      } finally {
        await reserved.settle(reply === null ? null : costOf(reply, price), outcomeOf(reply));
      }
    },
  };
}

function mostInput(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + mostTokens(Buffer.byteLength(text)) + FRAME_TOKENS, 0);
}

function unpaid(detail: string, retryAfterMs: number | null): EmbeddingReply {
  return { status: 'failed', kind: 'unpaid', detail, code: null, retryAfterMs, unbilled: true };
}

function outcomeOf(reply: EmbeddingReply | null): 'answered' | 'failed' | 'refused' {
  if (reply?.status === 'ok') return 'answered';
  return reply?.unbilled === true ? 'refused' : 'failed';
}

/** Null: nobody knows, so the most it may have cost. */
function costOf(reply: EmbeddingReply, price: ModelPrice | null): number | null {
  if (reply.status === 'failed') return reply.unbilled === true ? 0 : null;
  return reply.inputTokens === null || price === null ? null : price.cost({ input: reply.inputTokens, output: 0 });
}
