import type { CallId, ClusterKey, PairId, RunId, Seal, SubjectKey } from '@understudy/instrumentation/trial';
import { UnderstudyError } from '../errors.js';
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
  readonly subject: string | null;
  readonly content: Buffer | null;
  readonly evidence: boolean;
}

const DEFAULT_LIMIT = 20;
const MOST = 1000;

/** Pairs with their content, the newest call first. */
export async function readPairs(query: Query, wanted: PairQuery, seal: Seal | null): Promise<readonly ShownPair[]> {
  const { run, arm, segment = null, pair = null, limit = DEFAULT_LIMIT } = wanted;
  const { rows } = await query<PairRowOfTable>(
    `select p.pair::text as pair, p.call::text as call, p.run, p.arm, p.producer, p.slice, p.segment, p.cluster, p.subject, p.pi, p.late,
       p.numbers, p.content, c.call is not null as evidence
     from understudy.pairs p
     left join understudy.clusters c on c.run = p.run and c.arm = p.arm and c.key = p.cluster and c.call = p.call
     where p.run = $1 and p.arm = $2 and ($3::text is null or p.segment = $3) and ($4::text is null or p.pair::text = $4)
     order by p.call desc limit $5`,
    [run, arm, segment, pair, Math.min(limit, MOST)],
  );
  return Promise.all(
    rows.map(async ({ numbers, content, subject, ...row }) => ({
      ...row,
      pair: row.pair as PairId,
      call: row.call as CallId,
      run: row.run as RunId,
      cluster: row.cluster as ClusterKey,
      ...(subject !== null && { subject: subject as SubjectKey }),
      facts: readFacts(numbers),
      ...(await shown(content, row.pair, seal)),
    })),
  );
}

async function shown(
  bytes: Buffer | null,
  pair: string,
  seal: Seal | null,
): Promise<Pick<ShownPair, 'content' | 'withheld'>> {
  if (bytes === null) return { content: null, withheld: 'removed' };
  try {
    return { content: await decodeContent(bytes, pair, seal), withheld: null };
  } catch (error) {
    if (UnderstudyError.isInstance(error) && error.code === 'sealed') return { content: null, withheld: 'sealed' };
    throw error;
  }
}
