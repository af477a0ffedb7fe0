import type { Seal } from '@understudy/instrumentation/trial';
import type { Database, Query } from '../database.js';
import { addHealth } from './judge-state.js';
import type { Settlement } from './judging-ledger.js';
import { detailOf, encodeWords, placeOfWords, wordsOf } from './words.js';

/**
 * Stores a judgement and what it tells of the judge. What models wrote is stored only where the pair's own content still is: who erases it
 * waits for this, or finds nothing.
 */
export async function settle(database: Database, settlement: Settlement, seal: Seal | null): Promise<boolean> {
  const { pair, judge, judgement, health, limits, now } = settlement;
  const words = wordsOf(judgement);
  const said = words === null ? null : await encodeWords(words, placeOfWords(pair, judge), seal);
  return database.transaction(async (query) => {
    const here = await hasContent(query, pair);
    const { count } = await query(
      `update understudy.judgements set status = $3, score = $4, detail = $5::json, said = $6, settled_at = $7
       where pair = $1::uuid and judge = $2 and status = 'waiting'`,
      [
        pair,
        judge,
        judgement.status,
        judgement.status === 'judged' ? judgement.score : null,
        JSON.stringify(detailOf(judgement)),
        here ? said : null,
        now,
      ],
    );
    if (count === 0) return false;
    await addHealth(query, settlement, health, limits);
    return true;
  });
}

async function hasContent(query: Query, pair: string): Promise<boolean> {
  const { rows } = await query<{ here: boolean }>(
    'select content is not null as here from understudy.pairs where pair = $1::uuid for share',
    [pair],
  );
  return rows[0]?.here === true;
}
