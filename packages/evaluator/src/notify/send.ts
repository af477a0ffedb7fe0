import { whyUnanswered } from '../errors.js';
import { retryAfterOf } from '../judge/client/retry-after.js';
import type { Attempted, Notice } from '../ledger/notices.js';
import type { Webhook } from '../outputs.js';
import { changeId, changePayload, slackPayload } from './payload.js';
import { signatureHeaders } from './sign.js';

export interface SendOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /** Of one attempt, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Of one attempt, in milliseconds. */
export const TIMEOUT_MS = 10_000;

const TIMES = { first: 1000, longest: 300_000, givenUpAfter: 86_400_000 };

/** Answers that the same message will get again. */
const FINAL: ReadonlySet<number> = new Set([400, 410, 413, 422]);

/** Sends one notice once, and says what came of it. Never throws, and no failure names the URL: it is a credential. */
export async function send(webhook: Webhook, notice: Notice, options: SendOptions): Promise<Attempted> {
  const { now, timeoutMs = TIMEOUT_MS } = options;
  const { change } = notice;
  // Also what lay there while nobody was configured to get it: a word of last week is no news.
  if (now() - change.at >= TIMES.givenUpAfter) return { status: 'given_up', failure: 'older than a day' };
  const body = JSON.stringify(webhook.name === 'slack' ? slackPayload(change) : changePayload(change));
  const signed = signatureHeaders({ id: changeId(change), body, secret: webhook.secret?.() ?? null }, now());
  try {
    const response = await fetch(webhook.url(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'understudy', ...signed },
      body,
      // Whoever answers with another address is not who was configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel().catch(() => undefined);
    if (response.ok) return { status: 'sent' };
    const failure = `answered ${response.status}`;
    if (FINAL.has(response.status)) return { status: 'given_up', failure };
    return later(notice, { failure, now: now(), waitMs: retryAfterOf(response.headers, now()) });
  } catch (error) {
    return later(notice, { failure: whyUnanswered(error, `${timeoutMs} ms`), now: now(), waitMs: null });
  }
}

function later(
  { attempt }: Notice,
  { failure, now, waitMs }: { readonly failure: string; readonly now: number; readonly waitMs: number | null },
): Attempted {
  const backoff = Math.min(TIMES.longest, TIMES.first * 2 ** Math.min(attempt - 1, 30));
  return { status: 'again', dueAt: now + Math.max(backoff, waitMs ?? 0), failure };
}
