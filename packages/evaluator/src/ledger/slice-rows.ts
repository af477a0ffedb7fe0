import { FactsError, readFacts } from '../tally/facts.js';
import type { GateName } from '../tally/gate-settings.js';
import type { Measure } from '../tally/gates.js';
import type { Latencies, StreamLatencies, Threshold } from '../tally/latencies.js';
import type { AdmittedCount } from '../tally/missing.js';
import type { StoredPair } from '../tally/stored-pair.js';
import type { Query } from './database.js';

/** What the ledger knows of a slice when it closes. `stored`: its rows, those with unreadable numbers included. */
export interface SliceRows {
  readonly pairs: readonly StoredPair[];
  readonly admitted: readonly AdmittedCount[];
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly thresholds: readonly Threshold[];
  readonly latencies: Latencies;
  readonly stored: number;
}

export async function loadSlice(query: Query, run: string, slice: number): Promise<SliceRows> {
  const { rows } = await query<Omit<StoredPair, 'facts'> & { numbers: unknown }>(
    `select call::text as call, arm, producer, segment, cluster, numbers from understudy.pairs
     where run = $1 and slice = $2 and not late order by call, arm`,
    [run, slice],
  );
  const pairs = rows.flatMap(({ numbers, ...pair }) => {
    const facts = factsOrNull(numbers);
    return facts === null ? [] : [{ ...pair, facts }];
  });
  const admitted = await query<AdmittedCount>(
    `select producer, segment, arm, pi, admitted from understudy.slice_counts where run = $1 and slice = $2
     order by producer, segment, arm, pi`,
    [run, slice],
  );
  return {
    pairs,
    admitted: admitted.rows,
    seen: await seenKeys(query, run, pairs),
    thresholds: await selectThresholds(query, run),
    latencies: await selectLatencies(query, run),
    stored: rows.length,
  };
}

export async function selectThresholds(query: Query, run: string): Promise<readonly Threshold[]> {
  const { rows } = await query<{ stream: string; metric: GateName; value: number; from_slice: number }>(
    'select stream, metric, value, from_slice from understudy.thresholds where run = $1 order by stream, metric',
    [run],
  );
  return rows.map(({ from_slice: fromSlice, ...threshold }) => ({ ...threshold, fromSlice }));
}

/** Numbers that cannot be read are no evidence: the leg was admitted and has none, so it counts as missing. */
function factsOrNull(numbers: unknown): StoredPair['facts'] | null {
  try {
    return readFacts(numbers);
  } catch (error) {
    if (error instanceof FactsError) return null;
    throw error;
  }
}

async function seenKeys(
  query: Query,
  run: string,
  pairs: readonly StoredPair[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const seen = new Map<string, Set<string>>();
  if (pairs.length === 0) return seen;
  const { rows } = await query<{ arm: string; key: string }>(
    `select arm, key from understudy.clusters
     where run = $1 and (arm, key) in (select arm, key from unnest($2::text[], $3::text[]) as t (arm, key))`,
    [run, pairs.map((pair) => pair.arm), pairs.map((pair) => pair.cluster)],
  );
  for (const { arm, key } of rows) {
    const keys = seen.get(arm) ?? new Set<string>();
    seen.set(arm, keys.add(key));
  }
  return seen;
}

async function selectLatencies(query: Query, run: string): Promise<Latencies> {
  const { rows } = await query<{ stream: string; measure: Measure; latencies: readonly number[] }>(
    'select stream, measure, latencies from understudy.latencies where run = $1 order by slice, stream, measure',
    [run],
  );
  return rows.map(({ stream, measure, latencies }): StreamLatencies => ({ stream, measure, values: latencies }));
}
