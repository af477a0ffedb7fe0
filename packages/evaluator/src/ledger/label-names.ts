import { opened, type Seal } from '@understudy/instrumentation/trial';
import type { Query } from './database.js';
import type { PairRow } from './ledger.js';
import { storable } from './text.js';

/** Names a run keeps: more than are ever told apart in one matrix. Beyond it labels are shown by their hashes. */
const MOST_NAMES = 512;

/**
 * Keeps what labels are in words: the first pair that brings one does. It goes with that pair's content, and comes again with the next that
 * says so.
 */
export async function keepLabelNames(
  query: Query,
  rows: readonly PairRow[],
  now: number,
  seal: Seal | null,
): Promise<void> {
  const found = rows.flatMap(({ run, pair, labels, erased }) =>
    erased === true || labels === undefined
      ? []
      : [...labels].map(([label, name]) => ({ key: `${run} ${label}`, run, pair, label, name })),
  );
  // In one order, so that no two batches wait for each other.
  const names = [...new Map(found.map((one) => [one.key, one])).values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (names.length === 0) return;
  await query(
    `insert into understudy.label_names (run, label, name, pair, stored_at)
     select run, label, decode(name, 'base64'), pair, $5
     from unnest($1::text[], $2::bigint[], $3::text[], $4::uuid[]) as t (run, label, name, pair)
     where (select count(*) from understudy.label_names n where n.run = t.run) < ${MOST_NAMES}
     order by run, label on conflict do nothing`,
    [
      names.map(({ run }) => run),
      names.map(({ label }) => label),
      names.map(({ run, label, name }) => {
        const bytes = Buffer.from(storable(name));
        return (seal === null ? bytes : seal.seal(bytes, placeOf(run, label))).toString('base64');
      }),
      names.map(({ pair }) => pair),
      now,
    ],
  );
}

/** Labels in words by their hashes, of those that can be read here. */
export async function selectLabelNames(
  query: Query,
  run: string,
  labels: readonly number[],
  seal: Seal | null,
): Promise<ReadonlyMap<number, string>> {
  if (labels.length === 0) return new Map();
  const { rows } = await query<{ label: number; name: Buffer }>(
    'select label, name from understudy.label_names where run = $1 and label = any($2::bigint[])',
    [run, labels],
  );
  return new Map(
    rows.flatMap(({ label, name }) => {
      const text = textOf(name, placeOf(run, label), seal);
      return text === null ? [] : [[label, text] as const];
    }),
  );
}

function textOf(bytes: Buffer, place: string, seal: Seal | null): string | null {
  try {
    return Buffer.from(opened(bytes, place, seal)).toString();
  } catch {
    // Sealed with a key that is not here.
    return null;
  }
}

function placeOf(run: string, label: number): string {
  return `label ${label} of run ${run}`;
}
