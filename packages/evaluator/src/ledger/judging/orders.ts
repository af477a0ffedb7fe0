import type { Seal } from '@understudy/instrumentation/trial';
import type { JudgeMemory } from '../../judge/judge.js';
import { readOrderResult, storedText } from '../../judge/stored.js';
import type { Query } from '../database.js';
import { decodeWords, encodeWords, placeOfOrder } from './words.js';

/** The orders that were paid for, of texts of one pair. Nothing is kept of a pair whose content is gone. */
export function memoryOf(query: Query, pair: string, now: () => number, seal: Seal | null): JudgeMemory {
  return {
    async get(key) {
      const { rows } = await query<{ result: Buffer }>('select result from understudy.judge_orders where key = $1', [
        key,
      ]);
      if (rows[0] === undefined) return null;
      return readOrderResult(await decodeWords(rows[0].result, placeOfOrder(key), seal));
    },
    async set(key, result) {
      const bytes = await encodeWords(storedText(result), placeOfOrder(key), seal);
      await query(
        `insert into understudy.judge_orders (key, pair, result, stored_at)
         select $1, pair, $3, $4 from understudy.pairs where pair = $2::uuid and content is not null for share
         on conflict (key) do nothing`,
        [key, pair, bytes, now()],
      );
    },
  };
}
