import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { opened, type Seal } from '@understudy/instrumentation/trial';
import type { Judgement } from '../../judge/judgement.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Bytes of text of a judge's, sealed where there is a key. What is sealed for one place opens in no other. */
export async function encodeWords(text: string, place: string, seal: Seal | null): Promise<Buffer> {
  const bytes = await deflate(Buffer.from(text), { level: 1 });
  return seal === null ? bytes : seal.seal(bytes, place);
}

/** Throws a `SealedError` where its key is not here. */
export async function decodeWords(bytes: Uint8Array, place: string, seal: Seal | null): Promise<string> {
  return (await inflate(opened(bytes, place, seal))).toString();
}

export function placeOfWords(pair: string, judge: string): string {
  return `words of judge ${judge} on pair ${pair}`;
}

export function placeOfOrder(key: string): string {
  return `judge's order ${key}`;
}

/** Numbers and words of ours: nothing of it was written by a model or a provider. */
export function detailOf(judgement: Judgement): object {
  const { calls, usage, cut } = judgement;
  const said =
    judgement.status === 'judged'
      ? { how: judgement.how, confidence: judgement.confidence, preference: judgement.preference }
      : { reason: judgement.reason };
  const members = judgement.members.map((one) => ({ judge: one.judge, ...detailOf(one) }));
  return {
    v: 1,
    ...said,
    ...(judgement.status === 'judged' && { outcome: judgement.outcome }),
    calls,
    usage,
    cut,
    orders: judgement.orders.map(({ order, verdict, confidence, reason, truncated, unparseable }) => ({
      order,
      verdict,
      confidence,
      reason,
      truncated,
      unparseable,
    })),
    ...(members.length > 0 && { members }),
  };
}

/** What models and providers wrote, in the order they were asked; null where that is nothing. */
export function wordsOf(judgement: Judgement): string | null {
  const words = [judgement, ...judgement.members].flatMap((one) => [
    ...one.orders.map(({ order, reasoning, detail, finishReason }) => ({
      judge: one.judge,
      order,
      reasoning,
      detail,
      finishReason,
    })),
    ...(one.status === 'abstained' && one.detail !== '' ? [{ judge: one.judge, detail: one.detail }] : []),
  ]);
  return words.length === 0 ? null : JSON.stringify({ v: 1, words });
}
