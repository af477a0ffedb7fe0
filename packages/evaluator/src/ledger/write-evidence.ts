import type { SliceEvidence } from '../tally/close-slice.js';
import { encodeTally } from '../tally/codec.js';
import type { Gate } from '../tally/gates.js';
import { encodeObserved } from '../tally/observed-codec.js';
import { addAnswerDays } from './answer-days.js';
import type { Query } from './database.js';
import { dayOf } from './evidence-days.js';
import type { ProducerLegs } from './leg-sums.js';
import type { RegisteredRun } from './record.js';
import type { SliceRows } from './slice-rows.js';
import { writeTallies } from './write-tallies.js';

/** Writes what the close of a slice adds. The caller's transaction makes it all or nothing, and once. */
export async function writeEvidence(
  query: Query,
  registered: RegisteredRun,
  slice: number,
  known: Pick<SliceRows, 'thresholds'> & { readonly gates: readonly Gate[] },
  evidence: SliceEvidence,
): Promise<void> {
  const { id: run, definition } = registered;
  await insertClusters(query, run, slice, evidence);
  await writeTallies(query, registered, slice, [
    ...evidence.tallies.map(({ tally, ...one }) => ({ ...one, bytes: encodeTally(tally) })),
    ...evidence.observed.flatMap(encodeObserved),
  ]);
  await addAnswerDays(query, run, dayOf(slice, definition.slice.lengthMs), evidence.primaries);
  for (const { stream, metric, value, fromSlice } of evidence.thresholds) {
    await query(
      'insert into understudy.thresholds (run, stream, metric, value, from_slice) values ($1, $2, $3, $4, $5)',
      [run, stream, metric, value, fromSlice],
    );
  }
  for (const { stream, measure, values } of evidence.latencies) {
    await query(
      'insert into understudy.latencies (run, stream, measure, slice, latencies) values ($1, $2, $3, $4, $5)',
      [run, stream, measure, slice, values],
    );
  }
  if (evidence.thresholds.length > 0) await forgetLatencies(query, run, known, evidence);
}

/** How many pairs of evidence a slice adds to the funnel. */
export function evidenceLegs(
  { pairs }: Pick<SliceRows, 'pairs'>,
  { clusters }: SliceEvidence,
): readonly ProducerLegs[] {
  const byCall = new Map(pairs.map((pair) => [`${pair.arm} ${pair.call}`, pair]));
  return clusters.flatMap(({ arm, call }) => {
    const pair = byCall.get(`${arm} ${call}`);
    if (pair === undefined) return [];
    const { producer, segment } = pair;
    return [{ producer, arm, segment, kind: 'evidence', name: '', legs: 1 }];
  });
}

async function insertClusters(query: Query, run: string, slice: number, { clusters }: SliceEvidence): Promise<void> {
  if (clusters.length === 0) return;
  const { count } = await query(
    `insert into understudy.clusters (run, slice, arm, key, call)
     select $1, $2, arm, key, call from unnest($3::text[], $4::text[], $5::uuid[]) as t (arm, key, call)
     order by arm, key on conflict do nothing`,
    [run, slice, clusters.map((one) => one.arm), clusters.map((one) => one.key), clusters.map((one) => one.call)],
  );
  // Only the holder of the lease writes here, and it asked which keys are new in this very transaction.
  if (count !== clusters.length) throw new Error(`slice ${slice} of run ${run}: a cluster key gave evidence twice`);
}

/** A stream needs no latencies once every gate of the measure has its threshold. */
async function forgetLatencies(
  query: Query,
  run: string,
  { gates, thresholds }: { readonly gates: readonly Gate[]; readonly thresholds: SliceRows['thresholds'] },
  evidence: SliceEvidence,
): Promise<void> {
  const frozen = new Set([...thresholds, ...evidence.thresholds].map((one) => `${one.metric} ${one.stream}`));
  for (const stream of new Set(evidence.thresholds.map((one) => one.stream))) {
    const waiting = gates.filter((gate) => gate.freezing !== null && !frozen.has(`${gate.name} ${stream}`));
    await query('delete from understudy.latencies where run = $1 and stream = $2 and not (measure = any($3::text[]))', [
      run,
      stream,
      waiting.map((gate) => gate.freezing?.measure),
    ]);
  }
}
