import type { CallId, PairId } from '@understudy/instrumentation/trial';
import { FactsError, readFacts } from '../tally/facts.js';
import type { Query } from './database.js';
import type { EvidencePair, EvidenceQuery } from './ledger.js';

interface Row {
  readonly pair: string;
  readonly call: string;
  readonly slice: number;
  readonly segment: string;
  readonly pi: number;
  readonly numbers: unknown;
  readonly evidence: boolean;
}

/** A page of the numbers of stored pairs, the oldest call first; those whose numbers cannot be read are left out. */
export async function readEvidence(
  query: Query,
  wanted: EvidenceQuery,
): Promise<{ readonly pairs: readonly EvidencePair[]; readonly last: CallId | null }> {
  const { run, arm, after = null, limit, oneIn = 1 } = wanted;
  const { rows } = await query<Row>(
    `select p.pair::text as pair, p.call::text as call, p.slice, p.segment, p.pi, p.numbers, c.call is not null as evidence
     from understudy.pairs p
     left join understudy.clusters c on c.run = p.run and c.arm = p.arm and c.key = p.cluster and c.call = p.call
     where p.run = $1 and p.arm = $2 and not p.late and ($3::uuid is null or p.call > $3::uuid)
       and abs(hashtext(p.call::text)::bigint) % $5 = 0
     order by p.call limit $4`,
    [run, arm, after, limit, Math.max(1, Math.floor(oneIn))],
  );
  const pairs = rows.flatMap(({ numbers, evidence, ...row }): EvidencePair[] => {
    const facts = evidence ? factsOrNull(numbers) : null;
    return facts === null ? [] : [{ ...row, pair: row.pair as PairId, call: row.call as CallId, facts }];
  });
  return { pairs, last: rows.length < limit ? null : ((rows.at(-1)?.call ?? null) as CallId | null) };
}

function factsOrNull(numbers: unknown): EvidencePair['facts'] | null {
  try {
    return readFacts(numbers);
  } catch (error) {
    if (error instanceof FactsError) return null;
    throw error;
  }
}
