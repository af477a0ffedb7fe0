import type { CallId, ClusterKey, PairId, RunId } from '@understudy/instrumentation/trial';
import { readFacts } from '../tally/facts.js';
import { decodeContent } from './content.js';
import type { Query } from './database.js';
import type { PairQuery, ShownPair } from './ledger.js';

interface PairRowOfTable {
  readonly pair: string;
  readonly call: string;
  readonly run: string;
  readonly arm: string;
  readonly producer: string;
  readonly slice: number;
  readonly segment: string;
  readonly cluster: string;
  readonly pi: number;
  readonly late: boolean;
  readonly numbers: unknown;
  readonly content: Buffer;
  readonly evidence: boolean;
}

const DEFAULT_LIMIT = 20;
const MOST = 1000;

/** Pairs with their content, the newest call first. */
export async function readPairs(query: Query, wanted: PairQuery): Promise<readonly ShownPair[]> {
  const { run, arm, segment = null, pair = null, limit = DEFAULT_LIMIT } = wanted;
  const { rows } = await query<PairRowOfTable>(
    `select p.pair::text as pair, p.call::text as call, p.run, p.arm, p.producer, p.slice, p.segment, p.cluster, p.pi, p.late,
       p.numbers, p.content, c.call is not null as evidence
     from understudy.pairs p
     left join understudy.clusters c on c.run = p.run and c.arm = p.arm and c.key = p.cluster and c.call = p.call
     where p.run = $1 and p.arm = $2 and ($3::text is null or p.segment = $3) and ($4::text is null or p.pair::text = $4)
     order by p.call desc limit $5`,
    [run, arm, segment, pair, Math.min(limit, MOST)],
  );
  return Promise.all(
    rows.map(async ({ numbers, content, ...row }) => ({
      ...row,
      pair: row.pair as PairId,
      call: row.call as CallId,
      run: row.run as RunId,
      cluster: row.cluster as ClusterKey,
      facts: readFacts(numbers),
      content: await decodeContent(content),
    })),
  );
}
