import type { NoticeLedger } from '../ledger/notices.js';
import type { Webhook } from '../outputs.js';
import { send, type SendOptions, TIMEOUT_MS } from './send.js';

export interface Delivering extends SendOptions {
  readonly ledger: NoticeLedger;
  /** This process among the replicas. */
  readonly holder: string;
  /** An attempt failed: to whom, and why, without anything secret. */
  readonly onFailure: (webhook: Webhook['name'], failure: string) => void;
}

/** Longer than an attempt may take: who claims again later cannot meet one that is still under way. */
const CLAIM_MS = 30_000;

/** Sends what is open for a webhook, one after the other, until nothing is due. */
export async function deliver(webhook: Webhook, delivering: Delivering, signal: AbortSignal): Promise<void> {
  const { ledger, holder, now, onFailure, timeoutMs = TIMEOUT_MS } = delivering;
  while (!signal.aborted) {
    const notice = await ledger.claim({ holder, now: now(), destination: webhook.name, claimMs: CLAIM_MS });
    if (notice === null) return;
    // A process that was stopped in between: another may have taken it, or would before the attempt is over.
    if (now() + timeoutMs > notice.claimedUntil) return;
    const attempted = await send(webhook, notice, delivering);
    await ledger.settle(notice, attempted, now());
    if (attempted.status === 'sent') continue;
    onFailure(webhook.name, attempted.failure);
    if (attempted.status === 'again') return;
  }
}
